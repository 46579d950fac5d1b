// Links of any size with the shape of a Rust test binary, for how cost grows.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of one object. glommio 0.9.0's graph has 140,000 nodes, 814,000 references and 380 tests. */
const FUNCTIONS = 2000;
const OBJECTS = 32;
const TESTS_PER_OBJECT = 12;

/**
 * Makes the objects of a link: each function calls six others, some of them in other objects, so
 * that there are cycles, and reads a string and a panic location. A test's descriptor leads to one
 * function each. What no function calls is there as well.
 *
 * @param times Its size as a multiple of glommio's.
 * @returns `{ files, executable, tests }` as `fingerprint-once.mjs` reads them.
 */
export function syntheticLink(folder, times) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const count = OBJECTS * times;
  const random = generator(times);
  const files = [];
  const tests = [];
  for (let object = 0; object < count; object++) {
    const lines = ['.section .note.GNU-stack,"",@progbits'];
    for (let index = 0; index < FUNCTIONS; index++)
      lines.push(...functionText(object, index, count, random));
    for (let index = 0; index < TESTS_PER_OBJECT; index++) {
      const name = `object_${object}::test_${index}`;
      tests.push(name);
      lines.push(...descriptorText(name, object, random(FUNCTIONS)));
    }
    if (object === 0) lines.push('.globl main', '.set main, f0_0');
    const path = join(folder, `${object}.o`);
    run('as', ['-o', path, '--'], `${lines.join('\n')}\n`);
    files.push({ path, isStandard: false, isWorkspace: true });
  }
  const executable = join(folder, 'executable');
  writeFileSync(join(folder, 'main.s'), '.globl main\nmain: ret\n');
  run('cc', ['-o', executable, join(folder, 'main.s')]);
  return { files, executable, tests };
}

function functionText(object, index, objects, random) {
  const calls = Array.from({ length: 6 }, (_, call) =>
    // Most call what is near; one in twelve whatever.
    call < 5 || random(2) === 0
      ? `f${object}_${Math.min(FUNCTIONS - 1, Math.max(0, index + random(64) - 24))}`
      : `f${random(objects)}_${random(FUNCTIONS)}`,
  );
  return [
    `.section .text.f${object}_${index},"ax",@progbits`,
    `.globl f${object}_${index}`,
    `.type f${object}_${index},@function`,
    `f${object}_${index}:`,
    `movl $${random(1 << 16)}, %eax`,
    ...calls.map((name) => `call ${name}`),
    `lea .Ltext${index}(%rip), %rdi`,
    `lea .Lplace${index}(%rip), %rsi`,
    'ret',
    `.section .rodata..Ltext${index},"a",@progbits`,
    `.Ltext${index}: .asciz "text ${random(1000)}"`,
    `.section .data.rel.ro..Lplace${index},"aw",@progbits`,
    `.Lplace${index}: .quad .Ltext${index}, ${random(80)}, ${random(80)}`,
  ];
}

/** The parts of a `test::TestDescAndFn` by which one is known. */
function descriptorText(name, object, test) {
  const label = `.Ltest_${name.replace('::', '_')}`;
  return [
    `.section .rodata.${label}_name,"a",@progbits`,
    `${label}_name: .ascii "${name}"`,
    `.section .data.rel.ro.${label},"aw",@progbits`,
    '.quad 0, 0, 0, 0x8000000000000001',
    `.quad ${label}_name, ${name.length}`,
    '.zero 88',
    `.quad f${object}_${test}, 0`,
  ];
}

/** A linear congruential generator (Knuth, MMIX), of whole numbers below a bound. */
function generator(seed) {
  let state = BigInt(seed);
  return (bound) => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return Number((state >> 33n) % BigInt(bound));
  };
}

function run(program, args, input = '') {
  const { status, stderr } = spawnSync(program, args, { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
}
