// A crate for the Lima run: tests that pile up memory, tests that pile up descriptors, one
// that hangs, and a target runner that puts its process into a small memory cgroup of the
// guest. The guest looks at processes again and again: what it is to see stays until it did.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Tests that each keep so much memory that all of them together exceed {@link CEILING}. */
export const KEEPERS = 6;
/** What the control group of the guest holds. */
export const CEILING = '60M';

/** Tests that each open so many files that all of them together exceed {@link DESCRIPTORS}. */
export const OPENERS = 4;
/** How many descriptors their process may have. */
export const DESCRIPTORS = 100;

const KEEPER = (number) => `    #[test]
    fn keeps_${number}() {
        let kept = vec![${number}u8 + 1; 15 << 20];
        assert_eq!(kept.iter().map(|byte| u64::from(*byte)).max(), Some(${number} + 1));
        std::mem::forget(kept);
    }
`;

const OPENER = (number) => `    #[test]
    fn opens_${number}() {
        opens_many()
    }
`;

const LIBRARY = `#[cfg(test)]
mod memory {
${Array.from({ length: KEEPERS }, (_, number) => KEEPER(number)).join('')}}

#[cfg(test)]
mod descriptors {
    use std::fs::{read_dir, read_to_string, File};
    use std::path::Path;
    use std::sync::{Mutex, Once};
    use std::time::{Duration, Instant};

    static TURN: Mutex<()> = Mutex::new(());
    /// Given back to look around when there is no other left.
    static RESERVE: Mutex<Vec<File>> = Mutex::new(Vec::new());
    static FILLED: Once = Once::new();

    fn open() -> std::io::Result<File> {
        File::open("/dev/null")
    }

    fn opens_many() {
        let _turn = TURN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        FILLED.call_once(|| RESERVE.lock().unwrap().extend((0..4).map_while(|_| open().ok())));
        for _ in 0..40 {
            match open() {
                Ok(file) => std::mem::forget(file),
                Err(error) => {
                    let reserve = std::mem::take(&mut *RESERVE.lock().unwrap());
                    if !reserve.is_empty() {
                        drop(reserve);
                        wait_until_seen();
                    }
                    panic!("{error}");
                }
            }
        }
    }

    fn wait_until_seen() {
        let from = Instant::now();
        while !is_seen() && from.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn is_seen() -> bool {
        folders(Path::new("/tmp"))
            .filter(|run| run.to_string_lossy().contains("nx-cargo-test-"))
            .flat_map(|run| folders(&run))
            .filter_map(|process| read_to_string(process.join("seen")).ok())
            .any(|seen| seen.contains("reached descriptors"))
    }

    fn folders(parent: &Path) -> impl Iterator<Item = std::path::PathBuf> {
        let entries = read_dir(parent).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect::<Vec<_>>().into_iter()
    }

${Array.from({ length: OPENERS }, (_, number) => OPENER(number)).join('')}}

#[cfg(test)]
mod waiting {
    #[test]
    fn ends() {}

    #[test]
    fn waits_for_ever() {
        println!("it waits");
        loop {
            std::thread::sleep(std::time::Duration::from_secs(1));
        }
    }
}
`;

// On this machine, where tests are only listed, there may be no such group.
const RUNNER = `#!/bin/sh
group=/sys/fs/cgroup/nx-cargo-test
case $1 in
  */memory_limit-*)
    sudo -n sh -c "mkdir -p $group && echo ${CEILING} >$group/memory.max && echo $$ >$group/cgroup.procs" 2>/dev/null ;;
esac
# Until the guest has seen where it is.
if grep -qs :/nx-cargo-test "/proc/$$/cgroup"; then
  until grep -qs '^in .*:/nx-cargo-test$' /tmp/nx-cargo-test-*/*/seen; do sleep 0.1; done
fi
case $* in *descriptors::*) ulimit -n ${DESCRIPTORS} ;; esac
exec "$@"
`;

/** Writes the crate \`memory-limit\`. */
export function writeCrate(folder) {
  const files = {
    'Cargo.toml':
      '[package]\nname = "memory-limit"\nversion = "0.1.0"\nedition = "2021"\n\n[workspace]\n',
    'src/lib.rs': LIBRARY,
    '.cargo/config.toml': `[target.'cfg(unix)']\nrunner = ["sh", "${join(folder, 'limited.sh')}"]\n`,
    'limited.sh': RUNNER,
  };
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}
