import { depInfoArguments, findRustdocCommand, rustcBeside } from './rustdoc-command';

const LOG = '/tmp/nx-cargo-test-Ab12/verdicts.log';
const call = `/t/bin/rustdoc --edition=2024 --crate-type lib --test src/lib.rs --test-runtool-arg '-L x' --test-args --logfile --test-args ${LOG} -C embed-bitcode=no --check-cfg 'cfg(docsrs,test)' --cfg 'a="q'\\''u"'`;

describe('findRustdocCommand', () => {
  it('takes environment, program, arguments and what rustdoc wrote apart', () => {
    const stderr = [
      '     Running `CARGO=/c rustc --crate-name x --test`',
      `   Doc-tests x`,
      `\u001b[1m     Running\u001b[0m \`CARGO=/c CARGO_PKG_DESCRIPTION='two`,
      `lines' EMPTY='' ${call}\``,
      'a warning',
      '',
    ].join('\n');
    expect(findRustdocCommand(stderr, LOG)).toEqual({
      environment: { CARGO: '/c', CARGO_PKG_DESCRIPTION: 'two\nlines', EMPTY: '' },
      program: '/t/bin/rustdoc',
      args: [
        ...['--edition=2024', '--crate-type', 'lib', '--test', 'src/lib.rs'],
        ...['--test-runtool-arg', '-L x', '--test-args', '--logfile', '--test-args', LOG],
        ...['-C', 'embed-bitcode=no', '--check-cfg', 'cfg(docsrs,test)', '--cfg', `a="q'u"`],
      ],
      ownStderr: 'a warning\n',
    });
  });

  it.each([
    ['another log', '     Running `rustdoc --test --test-args /tmp/other`\n'],
    ['a build script that prints such a line', `[x 0.1.0]      Running \`${call}\`\n`],
    ['a line that is cut off', `     Running \`${call}`],
    ['nothing', ''],
  ])('does not find %s', (_, stderr) => {
    expect(findRustdocCommand(stderr, LOG)).toBeUndefined();
  });
});

describe('depInfoArguments', () => {
  it('keeps what rustc knows, in each spelling, and nothing else', () => {
    const args = [
      ...['--edition=2024', '--crate-name', 'x', '--test', 'src/lib.rs', '-L', 'dependency=/d'],
      ...['-Lnative=/n', '-Copt-level=1', '--test-args', '-L', '--test-runtool-arg', '--cfg'],
      ...['--document-private-items', '-D', 'warnings', '--cfg', 'feature="a"', '--color', 'auto'],
      ...['--html-in-header=x.html', '--extern', 'a=/a.rlib'],
    ];
    expect(depInfoArguments(args, '/w/src/lib.rs', '/tmp/doc.d')).toEqual([
      ...['--edition=2024', '--crate-name', 'x', '-L', 'dependency=/d', '-Lnative=/n'],
      ...['-Copt-level=1', '--cfg', 'feature="a"', '--extern', 'a=/a.rlib'],
      ...['--cfg', 'doc', '--cfg', 'doctest', '--cap-lints', 'allow'],
      ...['--emit', 'dep-info', '-o', '/tmp/doc.d', '/w/src/lib.rs'],
    ]);
  });
});

test('rustc lies beside rustdoc, unless the PATH decides', () => {
  expect(rustcBeside('/t/bin/rustdoc')).toBe('/t/bin/rustc');
  expect(rustcBeside('rustdoc')).toBeUndefined();
  expect(rustcBeside('/home/me/my-rustdoc')).toBeUndefined();
});
