import { KEEP } from './keeping-memory';
import type { CrateFiles } from './scratch-workspace';

/** Tests of the module `crowded`; after so many of them in one process, memory is short there. */
export const CROWDED = Array.from(
  { length: 20 },
  (_, index) => `t${String(index).padStart(2, '0')}`,
);
export const ROOM = 6;
/** Tests of the module `hungry`, each of which keeps memory for good. */
export const HUNGRY = Array.from({ length: 8 }, (_, index) => `t${index}`);
/** Tests of the module `greedy`; more than half of them in one process have too few descriptors. */
export const GREEDY = Array.from({ length: 8 }, (_, index) => `t${index}`);

const each = (names: readonly string[], body: string): string =>
  names.map((name) => `    #[test]\n    fn ${name}() { ${body} }\n`).join('');

/** A crate whose tests pass one by one, and of which not all can be run in one process; `doomed::ends` is killed alone, too. */
export const KILLED_CRATE: CrateFiles = {
  files: {
    'src/lib.rs': `#[cfg(test)]
extern "C" {
    fn kill(process: i32, signal: i32) -> i32;
}
#[cfg(test)]
fn end() {
    unsafe { kill(std::process::id() as i32, 9) };
    loop { std::thread::park() }
}

#[cfg(test)]
mod crowded {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static RAN: AtomicUsize = AtomicUsize::new(0);
    fn take_room() {
        if RAN.fetch_add(1, Ordering::SeqCst) == ${ROOM} { super::end() }
    }
${each(CROWDED, 'take_room()')}}

#[cfg(test)]
mod greedy {
    extern "C" {
        fn setrlimit(resource: i32, limits: *const [u64; 2]) -> i32;
    }
    const RLIMIT_NOFILE: i32 = 7;
    fn open() {
        assert_eq!(unsafe { setrlimit(RLIMIT_NOFILE, &[96, 96]) }, 0);
        for _ in 0..20 { std::mem::forget(std::fs::File::open("/dev/null").unwrap()) }
    }
${each(GREEDY, 'open()')}
    #[test]
    fn waits() {
        // Until whoever watches has seen what the others hold.
        std::thread::sleep(std::time::Duration::from_millis(1500));
    }
}

#[cfg(test)]
mod hungry {
${KEEP.replace(/^(?=.)/gm, '    ')}${each(HUNGRY, 'keep()')}}

#[cfg(test)]
mod doomed {
    #[test]
    fn before() {}
    #[test]
    fn ends() { super::end() }
    #[test]
    fn later() {}
}
`,
  },
};
