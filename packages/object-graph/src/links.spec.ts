import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ObjectGraphError } from './errors';
import { fingerprintProgram } from './fingerprint-tests';
import type { Link, LinkedFile } from './linked-program';

const folder = mkdtempSync(join(tmpdir(), 'object-graph-links-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;

function object(source: string, flags: readonly string[] = [], extension = 'c'): Uint8Array {
  const path = join(folder, `${count++}`);
  writeFileSync(`${path}.${extension}`, source);
  execFileSync('cc', [
    '-c',
    '-O1',
    '-ffunction-sections',
    '-fdata-sections',
    ...flags,
    '-o',
    `${path}.o`,
    `${path}.${extension}`,
  ]);
  return readFileSync(`${path}.o`);
}

function executable(objects: readonly Uint8Array[], flags: readonly string[] = []): Uint8Array {
  const path = join(folder, `${count++}`);
  const inputs = objects.map((bytes, index) => {
    writeFileSync(`${path}-${index}.o`, bytes);
    return `${path}-${index}.o`;
  });
  execFileSync('cc', ['-o', path, ...inputs, ...flags]);
  return readFileSync(path);
}

function archive(members: Readonly<Record<string, Uint8Array>>, flags = 'crs'): Uint8Array {
  const path = mkdtempSync(join(folder, 'archive-'));
  for (const [name, bytes] of Object.entries(members)) writeFileSync(join(path, name), bytes);
  execFileSync('ar', [flags, 'all.a', ...Object.keys(members)], { cwd: path });
  return readFileSync(join(path, 'all.a'));
}

const file = (bytes: Uint8Array, name = 'sample.o'): LinkedFile => ({
  name,
  bytes,
  optimized: true,
  isStandard: false,
  isWorkspace: true,
});
const plain = object('int main(void) { return 0; }');
const plainExecutable = executable([plain]);
const linkOf = (objects: readonly Uint8Array[], linked: Uint8Array = plainExecutable): Link => ({
  files: objects.map((bytes) => file(bytes)),
  executable: linked,
});

/** The fingerprint of `main` in C sources, one object each. */
function fingerprint(...sources: readonly string[]): string {
  const objects = sources.map((source) => object(source));
  return fingerprintProgram(linkOf(objects, executable(objects)));
}

function codeOf(link: Link): string {
  try {
    fingerprintProgram(link);
  } catch (error) {
    if (error instanceof ObjectGraphError) return error.code;
    throw error;
  }
  return 'none';
}

test('bitcode, raw and wrapped', () => {
  expect(codeOf(linkOf([Buffer.from('4243c0de00000000', 'hex')]))).toBe('BITCODE');
  expect(codeOf(linkOf([Buffer.from('dec0170b00000000', 'hex')]))).toBe('BITCODE');
});

test('GCC objects for link-time optimisation, whose code is not in their sections', () => {
  const slim = object('int main(void) { return 0; }', ['-flto', '-fno-fat-lto-objects']);
  expect(codeOf(linkOf([slim]))).toBe('BITCODE');
});

test('bitcode among the members of an archive', () => {
  const bitcode = archive({ 'a.o': Buffer.from('4243c0de00000000', 'hex') }, 'cr');
  expect(codeOf(linkOf([plain, bitcode]))).toBe('BITCODE');
});

test('a thin archive', () => {
  expect(codeOf(linkOf([plain, archive({ 'a.o': plain }, 'crsT')]))).toBe('UNSUPPORTED_ARCHIVE');
});

test('other files and machines', () => {
  const changed = (at: number, value: number) => Buffer.from(plain).fill(value, at, at + 1);
  expect(codeOf(linkOf([Buffer.from('not an object')]))).toBe('NOT_ELF');
  expect(codeOf(linkOf([Buffer.alloc(0)]))).toBe('NOT_ELF');
  expect(codeOf(linkOf([changed(4, 1)]))).toBe('UNSUPPORTED_OBJECT');
  expect(codeOf(linkOf([changed(5, 2)]))).toBe('UNSUPPORTED_OBJECT');
  expect(codeOf(linkOf([changed(18, 3)]))).toBe('UNSUPPORTED_OBJECT');
  expect(codeOf(linkOf([plainExecutable]))).toBe('UNSUPPORTED_OBJECT');
  expect(codeOf(linkOf([plain], Buffer.from('not an executable')))).toBe('NOT_ELF');
});

test('relocations without addends', () => {
  const source = 'int f(void); int main(void) { return f(); }';
  const bytes = Buffer.from(object(source));
  const table = Number(bytes.readBigUInt64LE(40));
  for (let index = 0; index < bytes.readUInt16LE(60); index++) {
    if (bytes.readUInt32LE(table + index * 64 + 4) === 4)
      bytes.writeUInt32LE(9, table + index * 64 + 4);
  }
  expect(codeOf(linkOf([bytes]))).toBe('UNSUPPORTED_OBJECT');
});

test('an object that is cut anywhere', () => {
  const whole = object(
    '#include <stdio.h>\nint f(int n) { puts("text"); return n; } int main(int n) { return f(n); }',
    ['-g'],
  );
  const linked = executable([whole]);
  expect(codeOf(linkOf([whole], linked))).toBe('none');
  for (let sixteenth = 0; sixteenth < 16; sixteenth++) {
    const cut = whole.subarray(0, Math.floor((whole.length * sixteenth) / 16));
    expect([sixteenth, codeOf(linkOf([cut], linked))]).not.toEqual([sixteenth, 'none']);
  }
});

test('a name that nothing defines', () => {
  const user = object('int elsewhere(void); int main(void) { return elsewhere(); }');
  expect(codeOf(linkOf([user]))).toBe('UNRESOLVED_SYMBOL');
  const weak = object(
    '__attribute__((weak)) int elsewhere(void); int main(void) { return elsewhere ? elsewhere() : 3; }',
  );
  expect(codeOf(linkOf([weak], executable([weak])))).toBe('none');
});

test('a program without main', () => {
  expect(codeOf(linkOf([object('int f(void) { return 0; }')]))).toBe('UNRESOLVED_SYMBOL');
});

test('archive members count only where something asks for them', () => {
  const main = object('int f(void); int main(void) { return f(); }');
  const linked = executable([main, object('int f(void) { return 1; }')]);
  const fingerprintWith = (f: string, g: string) =>
    fingerprintProgram(linkOf([main, archive({ 'f.o': object(f), 'g.o': object(g) })], linked));
  const base = fingerprintWith('int f(void) { return 1; }', 'int g(void) { return 1; }');
  expect(fingerprintWith('int f(void) { return 1; }', 'int g(void) { return 2; }')).toBe(base);
  expect(fingerprintWith('int f(void) { return 2; }', 'int g(void) { return 1; }')).not.toBe(base);
});

test('an archive without an index is read as well', () => {
  const main = object('int f(void); int main(void) { return f(); }');
  const f = object('int f(void) { return 1; }');
  const linked = executable([main, f]);
  expect(fingerprintProgram(linkOf([main, archive({ 'f.o': f }, 'crS')], linked))).toBe(
    fingerprintProgram(linkOf([main, archive({ 'f.o': f }, 'crs')], linked)),
  );
});

test('each of several archives that define a name counts, as does one beside a weak definition', () => {
  const main = object('int f(void); int main(void) { return f(); }');
  const weak = object('__attribute__((weak)) int f(void) { return 9; }');
  const linked = executable([main, weak]);
  const definition = (n: number) => archive({ 'f.o': object(`int f(void) { return ${n}; }`) });
  const both = (second: number) =>
    fingerprintProgram(linkOf([main, definition(1), definition(second)], linked));
  expect(both(2)).not.toBe(both(3));
  // The archive is asked before the weak definition is seen.
  const beside = (n: number) => fingerprintProgram(linkOf([main, definition(n), weak], linked));
  expect(beside(2)).not.toBe(beside(3));
});

describe('a member of an archive counts only if the linker takes it', () => {
  const weak = '__attribute__((weak)) int f(void) { return 9; }';
  const main = (body: string) =>
    object(`int f(void); int g(void); ${weak} int main(void) { return ${body}; }`);
  const member = (n: number, more = '') =>
    archive({ 'g.o': object(`int f(void) { return ${n}; } int g(void) { return 1; } ${more}`) });
  const constructor = (n: number) =>
    `int state; __attribute__((constructor)) static void start(void) { state = ${n}; }`;
  const fingerprint = (body: string, archived: Uint8Array) =>
    fingerprintProgram(linkOf([main(body), archived], executable([main('f()')])));

  test('its strong definition beside a weak one', () => {
    expect(fingerprint('f()', member(2))).toBe(fingerprint('f()', member(3)));
    expect(fingerprint('f() + g()', member(2))).not.toBe(fingerprint('f() + g()', member(3)));
  });

  test('its constructors', () => {
    const started = (body: string, n: number) => fingerprint(body, member(2, constructor(n)));
    expect(started('f()', 1)).toBe(started('f()', 2));
    expect(started('g()', 1)).not.toBe(started('g()', 2));
  });
});

describe('what is chosen when the process starts counts for a program that does not call it', () => {
  const resolver = (n: number, kind: string, other: string) => `int state;
static void one(void) {}
static void *choose(void) { state = ${n}; return one; }
${kind} void chosen(void) __attribute__((ifunc("choose")));
${other}
int main(void) { return 0; }`;

  test.each([
    ['a global name', '', ''],
    ['a name of one file', 'static', 'void other(void) { chosen(); }'],
  ])('%s', (_, kind, other) => {
    const digest = (n: number) => fingerprintProgram(linkOf([object(resolver(n, kind, other))]));
    expect(digest(1)).not.toBe(digest(2));
  });
});

test('a strong definition comes before a weak one', () => {
  const main = object('int f(void); int main(void) { return f(); }');
  const weak = (n: number) => object(`__attribute__((weak)) int f(void) { return ${n}; }`);
  const strong = object('int f(void) { return 1; }');
  const linked = executable([main, strong]);
  expect(fingerprintProgram(linkOf([main, weak(2), strong], linked))).toBe(
    fingerprintProgram(linkOf([main, weak(3), strong], linked)),
  );
});

test('section indices beyond 16 bits', () => {
  const functions = Array.from(
    { length: 70_000 },
    (_, index) =>
      `.section .text.f${index},"ax",@progbits\n.globl f${index}\nf${index}: .long ${index}\n`,
  );
  const source = (last: number) =>
    `${functions.join('')}.section .text.last,"ax",@progbits\nlast: .long ${last}\n.section .text.main,"ax",@progbits\n.globl main\nmain: call last\ncall f69999\n`;
  const digest = (last: number) => fingerprintProgram(linkOf([object(source(last), [], 's')]));
  const base = digest(1);
  expect(digest(2)).not.toBe(base);
  expect(digest(1)).toBe(base);
}, 120_000);

test('strings and constants of merged sections count one by one', () => {
  const program = (used: string, other: string) => `#include <stdio.h>
    int other(double d) { puts("${other}"); return d * 3.5; }
    int main(int argc, char **argv) { puts("${used}"); return argc * 2.5; }`;
  const base = fingerprint(program('used', 'other'));
  expect(fingerprint(program('used', 'another text'))).toBe(base);
  expect(fingerprint(program('Used', 'other'))).not.toBe(base);
});

test('empty and very short strings do not hide their neighbours', () => {
  const program = (text: string) => `#include <stdio.h>
    int main(int argc, char **argv) { const char *volatile t = "${text}"; puts(""); puts("a"); puts(t); return t[0]; }`;
  expect(fingerprint(program('b'))).not.toBe(fingerprint(program('c')));
});

test('wide strings', () => {
  const program = (text: string) => `#include <wchar.h>
    int main(void) { const wchar_t *volatile t = L"${text}"; return t[1]; }
    const wchar_t *other(void) { return L"other"; }`;
  expect(fingerprint(program('ab'))).not.toBe(fingerprint(program('ac')));
});

test('references into the middle of a table keep their place', () => {
  const program = (index: number) =>
    `static int table[64] = { 1 }; int main(void) { int *volatile p = &table[${index}]; return *p; }`;
  expect(fingerprint(program(5))).not.toBe(fingerprint(program(6)));
});

test('common, zeroed and initialised variables differ', () => {
  const user = 'extern int shared; int main(void) { return shared; }';
  const digest = (source: string, ...flags: readonly string[]) => {
    const objects = [object(user), object(source, flags)];
    return fingerprintProgram(linkOf(objects, executable(objects)));
  };
  const variants = [
    digest('int shared;', '-fcommon'),
    digest('int shared = 1;'),
    digest('int shared = 2;'),
    digest('long shared;', '-fcommon'),
  ];
  expect(new Set(variants).size).toBe(variants.length);
});

test('a constructor counts without being called', () => {
  const program = (n: number) =>
    `int value; __attribute__((constructor)) static void start(void) { value = ${n}; } int main(void) { return 0; }`;
  expect(fingerprint(program(1))).not.toBe(fingerprint(program(2)));
});

test('an absolute symbol counts by its value', () => {
  const main = object('extern char place[]; long main(void) { return (long)place; }', ['-fno-pie']);
  const digest = (value: number) => {
    const absolute = object(`.globl place\n.set place, ${value}\n`, [], 's');
    return fingerprintProgram(linkOf([main, absolute], executable([main, absolute], ['-no-pie'])));
  };
  expect(digest(17)).not.toBe(digest(18));
});

test('what unwinding runs counts where the code itself is equal', () => {
  const program = (handler: string) => `.section .text.f,"ax",@progbits
    f: .cfi_startproc
    .cfi_personality 0x9b, personality_pointer
    .cfi_lsda 0x1b, table_${handler}
    ret
    .cfi_endproc
    .section .text.main,"ax",@progbits
    .globl main
    main: call f
    ret
    .section .text.personality,"ax",@progbits
    personality: ret
    .section .data.rel,"aw"
    personality_pointer: .quad personality
    .section .gcc_except_table.one,"a"
    table_one: .long 1
    .section .gcc_except_table.two,"a"
    table_two: .long 2
    `;
  const digest = (handler: string) =>
    fingerprintProgram(linkOf([object(program(handler), [], 's')]));
  expect(digest('one')).not.toBe(digest('two'));
});
