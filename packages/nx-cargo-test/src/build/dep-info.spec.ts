import { parseBuildScriptOutput } from './build-script-output';
import { parseDepInfo } from './dep-info';

test('dep-info names files once, with their spaces, and variables', () => {
  const text = [
    '/ws/target/debug/deps/demo-1.d: src/lib.rs src/with\\ space.rs /abs/data.txt',
    '',
    '/ws/target/debug/deps/demo-1: src/lib.rs',
    '',
    'src/lib.rs:',
    'src/with\\ space.rs:',
    '',
    '# env-dep:PLAIN=a=b',
    '# env-dep:UNSET',
    '# env-dep:ODD\\nNAME=x',
    '# checksum:blake3=00 file_len:1 src/lib.rs',
  ].join('\n');
  expect(parseDepInfo(text)).toEqual({
    files: ['src/lib.rs', 'src/with space.rs', '/abs/data.txt'],
    variables: ['PLAIN', 'UNSET', 'ODD\nNAME'],
  });
});

test('both forms of build script instructions are read', () => {
  const text = [
    'cargo:rerun-if-changed=a b.c',
    'cargo::rerun-if-changed=src',
    'cargo:rerun-if-env-changed=ONE\r',
    'cargo::rerun-if-env-changed=TWO',
    'cargo:rustc-env=THREE=3',
    'a word: cargo:rerun-if-changed=no',
  ].join('\n');
  expect(parseBuildScriptOutput(text)).toEqual({
    files: ['a b.c', 'src'],
    variables: ['ONE', 'TWO'],
  });
});
