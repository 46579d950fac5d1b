import { fingerprintTests } from './fingerprint-tests';
import type { NamedPlace } from './named-places';
import { compileProgram, removeCompiledPrograms } from './test-support/compile-rust';

afterAll(removeCompiledPrograms);
// Compilers share the machine; no test asserts how long anything takes.
jest.setTimeout(10 * 60_000);

/** As a checkout's path gets into a program by `env!("CARGO_MANIFEST_DIR")` and by the locations of panics. */
const source = (root: string, end = 'src'): string => `
static TEXT: &str = "${root}/${end}";
static TEXTS: [(&str, u32); 2] = [("${root}/${end}/a", 1), ("b ${root}/${end}", 2)];
static C_TEXT: &std::ffi::CStr = c"${root}/${end}";
static BYTES: &[u8] = b"${root}/${end}";
static PLAIN: &str = "a text";
fn length<T: AsRef<[u8]>>(text: T) -> usize { std::hint::black_box(text.as_ref().len()) }
#[test] fn text() { assert!(length(TEXT) > 0); }
#[test] fn texts() { assert!(TEXTS.iter().all(|(text, _)| length(text) > 0)); }
#[test] fn c_text() { assert!(length(C_TEXT.to_bytes()) > 0); }
#[test] fn bytes() { assert!(length(BYTES) > 0); }
#[test] fn message() { let one = std::hint::black_box(1); assert!(one > 0, "in ${root}/${end}: {} {one:5}", one); }
#[test] fn plain() { assert!(length(PLAIN) > 0); }
#[test] fn in_code() { assert!(length("${root}/${end}") > 0); }
#[test] fn hook() { std::panic::set_hook(Box::new(|panic| println!("{:?}", panic.location()))); places::fails(std::hint::black_box(1)); }
`;
const PLACES_MODULE = `pub fn fails(number: u32) { assert!(number > 0); }`;

async function fingerprints(
  root: string,
  places: readonly NamedPlace[],
  end?: string,
): Promise<ReadonlyMap<string, string>> {
  // The module's path stands in the locations of its panics.
  const main = `#[path = "places.rs"] mod places;\n${source(root, end)}`;
  const compiled = await compileProgram({
    files: { 'main.rs': main, 'places.rs': PLACES_MODULE },
    flags: [`--remap-path-prefix==${root}`],
  });
  return fingerprintTests({ ...compiled.readLink(), places }, compiled.tests).fingerprints;
}

function changed(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): string[] {
  expect([...one.keys()].sort()).toEqual([...other.keys()].sort());
  return [...one.keys()].filter((name) => one.get(name) !== other.get(name)).sort();
}

const HERE = '/code/checkout';
const THERE = '/home/somebody/a-checkout-with-a-longer-name';
const at = (path: string): NamedPlace[] => [{ path, token: '{workspaceRoot}' }];
const WITH_PATHS = ['bytes', 'c_text', 'hook', 'in_code', 'message', 'text', 'texts'];

test('two checkouts have the same fingerprints, but where code holds the length of a path', async () => {
  const here = await fingerprints(HERE, at(HERE));
  expect(changed(here, await fingerprints(THERE, at(THERE)))).toEqual(['in_code']);
});

test('a path that is no place’s counts, and every test tells its file', async () => {
  const here = await fingerprints(HERE, []);
  const all = [...WITH_PATHS, 'plain'].sort();
  expect(changed(here, await fingerprints(THERE, []))).toEqual(all);
  expect(changed(here, await fingerprints(HERE, at(HERE)))).toEqual(all);
});

test('what follows a place counts', async () => {
  const here = await fingerprints(HERE, at(HERE));
  const other = await fingerprints(HERE, at(HERE), 'lib');
  expect(changed(here, other)).toEqual(WITH_PATHS.filter((name) => name !== 'hook'));
});
