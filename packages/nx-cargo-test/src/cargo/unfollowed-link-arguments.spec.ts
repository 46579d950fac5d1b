import { parseLinkArguments } from './link-arguments';
import { unfollowedLinkArguments } from './unfollowed-link-arguments';

function reasons(given: readonly string[], inputs: readonly string[] = ['main.o']): string[] {
  const otherArguments = parseLinkArguments(given).flatMap((argument) =>
    argument.type === 'other'
      ? [argument.text]
      : argument.type === 'operand' && !inputs.includes(argument.path)
        ? [argument.path]
        : [],
  );
  const linked = inputs.map((path) => ({ path, file: path, kind: 'object' as const }));
  return unfollowedLinkArguments({ inputs: linked, otherArguments });
}

test('what rustc gives to the linker of its own accord', () => {
  const given = [
    ...['-m64', 'main.o', '-Wl,--as-needed', '-Wl,-Bstatic', '-Wl,-Bdynamic', '-lgcc_s', '-lc'],
    ...['-L', '/rust/lib', '-B/rust/gcc-ld', '-fuse-ld=lld', '-Wl,--eh-frame-hdr'],
    ...['-Wl,-z,noexecstack', '-Wl,--gc-sections', '-pie', '-Wl,-z,relro,-z,now', '-nodefaultlibs'],
    ...['-o', 'out', '-Wl,-O1', '-Wl,--strip-debug', '-static-pie', '-no-pie'],
  ];
  expect(reasons(given)).toEqual([]);
  const own = ['/rust/crt1.o', '/rust/crti.o', 'main.o', '/rust/crtn.o'];
  expect(reasons(['-nostartfiles', '-nostdlib', ...own], own)).toEqual([]);
});

test('what projects commonly add', () => {
  const given = [
    ...['-Wl,-rpath,$ORIGIN/../lib', '-Wl,-soname,x', '-rdynamic', '-Wl,--export-dynamic'],
    ...['-Wl,--version-script=exports.map', '-Wl,--dynamic-list,list', '-Wl,-u,kept', '-Wl,-Map,x'],
    ...['-Wl,--build-id=sha1', '-Wl,--compress-debug-sections=zlib', '-Wl,-z,stack-size=8388608'],
    ...[
      '-Wl,--whole-archive',
      '-Wl,--no-whole-archive',
      '-Wl,--undefined=kept',
      '-Wl,-Ttext=0x1000',
    ],
    ...['-Wl,--start-group', '-Wl,--end-group', '-Wl,-Tdata,0x2000', '-Wl,-Ttext-segment=0x400000'],
    ...[
      '-Wl,--image-base=0x10000',
      '-Wl,--threads=2',
      '-fsanitize=address',
      '-Wl,-E',
      '-Wl,-export-dynamic',
    ],
  ];
  expect(reasons(given)).toEqual([]);
});

test.each([
  [['-Wl,--defsym=f=g'], 'redefines a name'],
  [['-Wl,--defsym,f=g'], 'redefines a name'],
  [['-Wl,-defsym', '-Wl,f=g'], 'redefines a name'],
  [['-Wl,--wrap=malloc'], 'redirects references'],
  [['-Xlinker', '--wrap', '-Xlinker', 'malloc'], 'redirects references'],
  [['-T', 'link.x'], 'linker script'],
  [['-Tlink.x'], 'linker script'],
  [['-Wl,--script=link.x'], 'linker script'],
  [['-Wl,-T,link.x'], 'linker script'],
  [['extra.ld'], 'none that is followed'],
  [['data.bin'], 'none that is followed'],
  [['-Wl,@more'], 'none that is followed'],
  [['-Wl,--just-symbols=rom.elf'], 'not linked'],
  [['-Wl,-e,begin'], 'starts elsewhere'],
  [['-Wl,--entry=begin'], 'starts elsewhere'],
  [['-Wl,-ebegin'], 'starts elsewhere'],
  [['-Wl,-init,first'], 'runs unasked'],
  [['-Wl,-fini=last'], 'runs unasked'],
  [['-Wl,-z,muldefs'], 'their order'],
  [['-Wl,--allow-multiple-definition'], 'their order'],
  [['-Wl,--remap-inputs=a.o=b.o'], 'other files'],
  [['-Wl,--start-lib', 'main.o', '-Wl,--end-lib'], 'only if something asks'],
  [['-Wl,-b,binary'], 'no objects'],
  [['-specs=own.specs'], 'add to what is linked'],
  [['-nostartfiles'], 'before main'],
  [['-nostdlib'], 'before main'],
])('%j', (given, reason) => {
  expect(reasons(given)).toEqual([expect.stringContaining(reason)]);
});
