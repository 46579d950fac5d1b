import { KEEP } from './keeping-memory';
import type { CrateFiles } from './scratch-workspace';

/** Modules of {@link PACKED_CRATE} whose tests keep memory, and those tests. */
export const KEEPING_MODULES = ['north', 'south'];
export const KEEPING_TESTS = ['t0', 't1', 't2'];
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
${KEEP}
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
