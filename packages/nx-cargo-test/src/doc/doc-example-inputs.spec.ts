import { exampleInputs } from './doc-example-inputs';

const inputs = (text: string, file = '/w/a/src/lib.rs') =>
  exampleInputs(file, text, ['/w/a/src', '/w/a/src/deep'], {
    CARGO_MANIFEST_DIR: '/w/a',
    OUT_DIR: '/w/target/out',
  });

it.each([
  ['a line comment', '/// ```\n/// let s = include_str!("../../x.txt");\n/// ```\nfn f() {}'],
  ['an inner comment', '//! ```rust,no_run\n//! include!( "../../x.txt" );\n//! ```'],
  ['a block comment', '/**\n * ```\n * include_bytes!["../../x.txt"];\n * ```\n */'],
  ['an attribute', '#[doc = "```\\nconst S: &str = include_str!(\\"../../x.txt\\");\\n```"]'],
  ['a raw attribute', '#![doc = r#"```\ninclude_str!("../../x.txt")\n```"#]'],
  ['an indented block', '/// Text:\n///\n///     include_str!(r"../../x.txt");'],
  ['a path attribute', '/// ```\n/// #[path = "../../x.txt"] mod m;\n/// ```'],
  [
    'a composed path',
    '/// ```\n/// include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../x.txt"));\n/// ```',
  ],
  ['a block for some targets', '/// ```ignore-windows\n/// include_str!("../../x.txt");\n/// ```'],
  ['a block that must not compile', '/// ```compile_fail,E0308\n/// include_str!("../../x.txt");'],
])('finds a file in %s', (_, text) => {
  expect(inputs(text).files).toEqual(['/w/x.txt']);
});

it.each([
  ['code', 'const S: &str = include_str!("../../x.txt");'],
  ['an ordinary comment', '// include_str!("../../x.txt")'],
  ['an ignored block', '/// ```ignore\n/// include_str!("../../x.txt");\n/// ```'],
  ['a block of another language', '/// ```text\n/// include_str!("../../x.txt");\n/// ```'],
  ['a path that nobody can tell', '/// ```\n/// include_str!(concat!(env!("NO"), "/x"));\n/// ```'],
])('finds none in %s', (_, text) => {
  expect(inputs(text)).toMatchObject({ files: [] });
});

it('names the variables that examples are compiled with', () => {
  const text = '/// ```\n/// env!("HOME"); std::option_env!("EDITOR");\n/// ```';
  expect(inputs(text).variables).toEqual(['HOME', 'EDITOR']);
});

it('resolves paths in an included text against every folder that it may be included from', () => {
  const text =
    '# Title\n```\ninclude_str!("../x.txt");\n```\n```sh\ninclude_str!("../y.txt")\n```\n';
  expect(inputs(text, '/w/README.md').files).toEqual(['/x.txt', '/w/a/x.txt', '/w/a/src/x.txt']);
});
