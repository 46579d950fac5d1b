import type { CrateFiles } from './scratch-workspace';

/** Tests of the module `crowded`; after so many of them in one process, memory is short there. */
export const CROWDED = Array.from(
  { length: 20 },
  (_, index) => `t${String(index).padStart(2, '0')}`,
);
export const ROOM = 6;
/** Tests of the module `hungry`, and how many mebibytes each of them keeps for good. */
export const HUNGRY = Array.from({ length: 8 }, (_, index) => `t${index}`);
export const KEPT_MEBIBYTES = 32;
/** Tests of the module `greedy`; more than half of them in one process have too few descriptors. */
export const GREEDY = Array.from({ length: 8 }, (_, index) => `t${index}`);
/** Names the control group that the tests of `hungry` enter, if it is set. */
export const GROUP_VARIABLE = 'E2E_MEMORY_GROUP';

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
    fn keep() {
        static ENTERED: std::sync::Once = std::sync::Once::new();
        if let Ok(group) = std::env::var("${GROUP_VARIABLE}") {
            ENTERED.call_once(|| {
                let own = std::process::id().to_string();
                std::fs::write(format!("{group}/cgroup.procs"), own).unwrap();
                // Until whoever watches has seen it.
                std::thread::sleep(std::time::Duration::from_millis(700));
            });
        }
        std::mem::forget(vec![1u8; ${KEPT_MEBIBYTES} << 20]);
    }
${each(HUNGRY, 'keep()')}}

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
