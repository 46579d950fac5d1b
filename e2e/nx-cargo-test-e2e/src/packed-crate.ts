import { GROUP_VARIABLE } from './killed-crate';
import type { CrateFiles } from './scratch-workspace';

/** Modules of {@link PACKED_CRATE} whose tests keep memory, and those tests. */
export const KEEPING_MODULES = ['north', 'south'];
export const KEEPING_TESTS = ['t0', 't1', 't2'];
/** How many mebibytes each of them keeps for good. */
export const KEPT_MEBIBYTES = 32;
/** All tests, as `BINARY/NAME`. */
export const PACKED_TESTS = [
  'packed/east::fails_in_debt',
  'packed/east::passes',
  ...KEEPING_MODULES.flatMap((module) => KEEPING_TESTS.map((test) => `packed/${module}::${test}`)),
];
/** Makes `east::fails_in_debt` fail, if it is set. */
export const DEBT_VARIABLE = 'E2E_DEBT';

/** A crate whose modules fit into a process each, but not together. */
export const PACKED_CRATE: CrateFiles = {
  files: {
    'src/lib.rs': `#[cfg(test)]
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

#[cfg(test)]
mod east {
    #[test]
    fn fails_in_debt() {
        println!("what east owes");
        assert!(std::env::var("${DEBT_VARIABLE}").is_err());
    }
    #[test]
    fn passes() {}
}
${KEEPING_MODULES.map(
  (module) => `
#[cfg(test)]
mod ${module} {
${KEEPING_TESTS.map((test) => `    #[test]\n    fn ${test}() { super::keep() }\n`).join('')}}
`,
).join('')}`,
  },
};
