// A crate for the Lima run: tests that pile up memory, one that hangs, and a target runner
// that puts its process into a small memory cgroup of the guest.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Tests that each keep so much memory that all of them together exceed {@link CEILING}. */
export const KEEPERS = 6;
/** What the control group of the guest holds. */
export const CEILING = '60M';

const KEEPER = (number) => `    #[test]
    fn keeps_${number}() {
        let kept = vec![${number}u8 + 1; 15 << 20];
        assert_eq!(kept.iter().map(|byte| u64::from(*byte)).max(), Some(${number} + 1));
        std::mem::forget(kept);
    }
`;

const LIBRARY = `#[cfg(test)]
mod memory {
${Array.from({ length: KEEPERS }, (_, number) => KEEPER(number)).join('')}}

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
