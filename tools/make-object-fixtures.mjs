// Makes the small objects in packages/object-graph/fixtures/{elf,foreign} anew from the
// sources beside them. Their bytes are checked in, so that tests need neither clang nor
// foreign targets; run this only after changing a source or a cases.json there.
// Needs clang, lld and llvm (Debian 12: version 14, in /usr/lib/llvm-14/bin), and rustc 1.95 with all its targets
// built in, as the one of rustup.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const fixtures = fileURLToPath(new URL('../packages/object-graph/fixtures', import.meta.url));
const MACHINES = ['x86_64', 'aarch64'];
const LARGEST = 8192;

const made = [...makeElfObjects(join(fixtures, 'elf')), ...makeForeign(join(fixtures, 'foreign'))];
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
    const common = ['-O1', '-ffunction-sections', '-fdata-sections', '-fno-ident'];
    const small = ['-fno-asynchronous-unwind-tables', '-fdebug-compilation-dir=.', '-Wno-psabi'];
    for (const { name, source, flags = [], machines = MACHINES, ...variants } of cases) {
      if (!machines.includes(machine)) continue;
      for (const variant of [0, ...(variants.unchanged ?? []), ...variants.changed]) {
        const output = `${machine}/${name}-${variant}.o`;
        const input = source ?? `${name}.c`;
        const defined = `-DVARIANT=${variant}`;
        const options = [target, ...common, ...small, ...flags, defined, '-c', '-o', output, input];
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

function run(cwd, program, options, environment = {}) {
  execFileSync(program, options, {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}
