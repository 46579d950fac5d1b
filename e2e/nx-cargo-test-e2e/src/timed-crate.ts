import type { CrateFiles } from './scratch-workspace';

/** Names the file in which each test of {@link TIMED_CRATE} notes that it came to its end. */
export const ENDED_VARIABLE = 'E2E_ENDED';
/** An input of the tests that differs from round to round: nothing is known of them then. */
export const ROUND_VARIABLE = 'E2E_ROUND';
/** The test that never passes. */
export const PLANTED = 'planted::fails';

const TESTS = [...'abcdefghijkl'];
const MODULES = ['first', 'second', 'third', 'fourth', 'fifth', 'planted'];

/** A crate whose tests take some tens of milliseconds each, so that there is something to kill. */
export const TIMED_CRATE: CrateFiles = {
  files: {
    'src/lib.rs': `#[cfg(test)]
fn take(milliseconds: u64, name: &str) {
    use std::io::Write;
    std::thread::sleep(std::time::Duration::from_millis(milliseconds));
    let round = std::env::var("${ROUND_VARIABLE}").unwrap();
    let file = std::env::var("${ENDED_VARIABLE}").unwrap();
    let mut file = std::fs::OpenOptions::new().append(true).create(true).open(file).unwrap();
    file.write_all(format!("{round} {name}\\n").as_bytes()).unwrap();
}
${MODULES.map(
  (module, index) => `
#[cfg(test)]
mod ${module} {
${TESTS.map(
  (test, place) =>
    `    #[test]\n    fn ${test}() { super::take(${20 + 7 * ((index + place) % 4)}, "${module}::${test}") }\n`,
).join('')}${
    module === 'planted'
      ? '    #[test]\n    fn fails() { std::thread::sleep(std::time::Duration::from_millis(25)); panic!("planted") }\n'
      : ''
  }}
`,
).join('')}`,
  },
};
