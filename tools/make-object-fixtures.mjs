// Makes the small objects in packages/object-graph/fixtures/{elf,foreign,linked} anew from the
// sources beside them. Their bytes are checked in, so that tests need neither clang nor
// foreign targets; run this only after changing a source or a cases.json there.
// Needs clang, lld and llvm (Debian 12: version 14, in /usr/lib/llvm-14/bin), and rustc 1.95 with all its targets
// built in, as the one of rustup.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const fixtures = fileURLToPath(new URL('../packages/object-graph/fixtures', import.meta.url));
const MACHINES = ['x86_64', 'aarch64'];
const LARGEST = 8192;

const COMMON = ['-O1', '-ffunction-sections', '-fdata-sections', '-fno-ident'];
const SMALL = ['-fno-asynchronous-unwind-tables', '-fdebug-compilation-dir=.', '-Wno-psabi'];

/** A small executable that exports what it defines. */
const DYNAMIC = ['--nmagic', '-s', '-pie', '--export-dynamic', '--hash-style=gnu', '-z', 'norelro'];

const MAKERS = { elf: makeElfObjects, foreign: makeForeign, linked: makeLinked };
// A folder's name as argument makes that one alone.
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(MAKERS);
const made = wanted.flatMap((folder) => [...MAKERS[folder](join(fixtures, folder))]);
for (const file of made) {
  const { size } = statSync(file);
  if (size > LARGEST) throw new Error(`${file} has ${size} bytes, at most ${LARGEST} are wanted`);
}
console.log(`${made.length} objects`);

/** Objects that are followed: a base and variants for each case, and an executable for each machine. */
function* makeElfObjects(folder) {
  const cases = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8'));
  for (const machine of MACHINES) {
    const target = `--target=${machine}-linux-gnu`;
    rmSync(join(folder, machine), { recursive: true, force: true });
    mkdirSync(join(folder, machine));
    for (const { name, source, flags = [], machines = MACHINES, ...variants } of cases) {
      if (!machines.includes(machine)) continue;
      for (const variant of [0, ...(variants.unchanged ?? []), ...variants.changed]) {
        const output = `${machine}/${name}-${variant}.o`;
        const input = source ?? `${name}.c`;
        const defined = `-DVARIANT=${variant}`;
        const options = [target, ...COMMON, ...SMALL, ...flags, defined, '-c', '-o', output, input];
        run(folder, 'clang', options);
        yield join(folder, output);
      }
    }
    const program = `${machine}/program`;
    const options = ['--nmagic', '-s', '-e', 'main', '-o', program, `${machine}/alias-0.o`];
    run(folder, 'ld.lld', options);
    yield join(folder, program);
  }
}

/** Objects and executables that are refused. */
function* makeForeign(folder) {
  const cases = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8'));
  for (const name of readdirSync(folder)) if (name.endsWith('.o')) rmSync(join(folder, name));
  for (const { name, target, flags = [], clang, universal, linked } of cases) {
    const output = `${name}.o`;
    if (target !== undefined) {
      const options = [
        '--target',
        target,
        '--emit',
        `obj=${output}`,
        '-Cpanic=abort',
        '-Awarnings',
      ];
      // For `no_core`, which needs no standard library of the target.
      run(folder, 'rustc', [...options, ...flags, 'main.rs'], { RUSTC_BOOTSTRAP: '1' });
    } else if (clang !== undefined) {
      run(folder, 'clang', ['-O1', ...clang, '-c', '-o', output, 'main.c']);
    } else if (universal !== undefined) {
      const inputs = universal.map((input) => `${input}.o`);
      const aligned = ['-segalign', 'arm64', '8', '-segalign', 'x86_64', '8'];
      run(folder, 'llvm-lipo', ['-create', ...aligned, '-output', output, ...inputs]);
    } else {
      const options = ['/entry:main', '/subsystem:console', '/nodefaultlib', `/out:${output}`];
      run(folder, 'lld-link', [...options, '/Brepro', `${linked}.o`]);
    }
    yield join(folder, output);
  }
}

/** Objects that make links of several: all variants of each case, executables and thin archives of some. */
function* makeLinked(folder) {
  const cases = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8'));
  for (const machine of MACHINES) {
    rmSync(join(folder, machine), { recursive: true, force: true });
    mkdirSync(join(folder, machine));
    for (const { name, source = `${name}.S`, flags = [], machines = MACHINES, ...more } of cases) {
      if (!machines.includes(machine)) continue;
      for (let variant = 0; variant < more.variants; variant++) {
        const output = `${machine}/${name}-${variant}.o`;
        const target = `--target=${machine}-linux-gnu`;
        const own = [...flags, `-DVARIANT=${variant}`, '-c', '-o', output, source];
        run(folder, 'clang', [target, ...COMMON, ...SMALL, ...own]);
        const file = join(folder, output);
        if (more.extendedIndices === true) writeFileSync(file, extendIndices(readFileSync(file)));
        yield file;
      }
      const [first, last] = [`${machine}/${name}-0.o`, `${machine}/${name}-${more.variants - 1}.o`];
      if (more.linked === true) {
        const output = `${machine}/${name}`;
        run(folder, 'ld.lld', [...DYNAMIC, '-e', 'main', '-o', output, first]);
        yield join(folder, output);
      }
      if (more.archived === true) {
        const output = `${machine}/${name}-thin.a`;
        run(folder, 'llvm-ar', ['rcsTD', output, last]);
        yield join(folder, output);
      }
    }
  }
}

/**
 * Moves every section index of an object's symbols into SHT_SYMTAB_SHNDX, where objects
 * of more than 65,279 sections have them (gABI, chapter 4, "Symbol Table").
 */
function extendIndices(object) {
  const bytes = Buffer.from(object);
  const start = Number(bytes.readBigUInt64LE(40));
  const count = bytes.readUInt16LE(60);
  const headers = Array.from({ length: count }, (_, index) =>
    Buffer.from(bytes.subarray(start + index * 64, start + index * 64 + 64)),
  );
  const table = headers.findIndex((header) => header.readUInt32LE(4) === 2);
  const [at, size] = [24, 32].map((field) => Number(headers[table].readBigUInt64LE(field)));
  const indices = Buffer.alloc((size / 24) * 4);
  for (let symbol = 1; symbol < size / 24; symbol++) {
    const field = at + symbol * 24 + 6;
    const section = bytes.readUInt16LE(field);
    if (section === 0 || section >= 0xff00) continue;
    indices.writeUInt32LE(section, symbol * 4);
    bytes.writeUInt16LE(0xffff, field);
  }
  // Its name may be any: that of the symbol table itself.
  const extension = Buffer.from(headers[table]);
  extension.writeUInt32LE(18, 4);
  extension.writeBigUInt64LE(BigInt(bytes.length), 24);
  extension.writeBigUInt64LE(BigInt(indices.length), 32);
  extension.writeUInt32LE(table, 40);
  extension.writeUInt32LE(0, 44);
  extension.writeBigUInt64LE(4n, 48);
  extension.writeBigUInt64LE(4n, 56);
  bytes.writeBigUInt64LE(BigInt(bytes.length + indices.length), 40);
  bytes.writeUInt16LE(count + 1, 60);
  return Buffer.concat([bytes, indices, ...headers, extension]);
}

function run(cwd, program, options, environment = {}) {
  execFileSync(program, options, {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}
