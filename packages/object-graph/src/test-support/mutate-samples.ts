import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as elf from '../elf/constants';
import type { Link, LinkedFile } from '../linked-program';
import { buildArchive } from './build-archive';
import type { IndexPlan } from './build-archive';
import { buildExecutable, buildObject } from './build-object';
import { knownObject } from './mutate-meaning';
import type { KnownObject } from './mutate-meaning';
import { mutableObject } from './mutate-object';
import type { MutableObject } from './mutate-object';

/** A small link of which single files are mutated. */
export interface Sample {
  readonly name: string;
  /** Objects that are linked whole, then the members of one archive. */
  readonly explicit: readonly MutableObject[];
  readonly members: readonly MutableObject[];
  /** The same objects, where everything in them is reachable; empty where that is not known. */
  readonly known: readonly KnownObject[];
  readonly executable: Buffer;
  /** Tests of the sample; none for a program that starts at `main`. */
  readonly tests: readonly string[];
  /** Bytes of a number in the archive's index. */
  readonly indexWidth: 4 | 8;
}

/** The sample's archive, with other bytes for some member. */
export function archiveOf(sample: Sample, members: readonly Uint8Array[]): Buffer {
  const index = sample.members.flatMap((member, position) =>
    definedNames(member).map((name) => [name, position] as const),
  );
  return buildArchive(
    members.map((bytes, position) => ({ name: `a member of the archive ${position}.o`, bytes })),
    index satisfies IndexPlan,
    sample.indexWidth,
  );
}

/** The link of a sample, of the files given. */
export function linkOf(
  sample: Sample,
  explicit: readonly Uint8Array[],
  archive: Uint8Array | undefined,
): Link {
  const file = (bytes: Uint8Array, name: string): LinkedFile => ({
    name,
    bytes,
    optimized: false,
    isStandard: false,
    isWorkspace: true,
  });
  return {
    files: [
      ...explicit.map((bytes, index) => file(bytes, `${index}.o`)),
      ...(archive === undefined ? [] : [file(archive, 'sample.a')]),
    ],
    executable: sample.executable,
  };
}

const MAIN = `#include <string.h>
extern int counter; extern double ratio(double); extern const char *word(int);
extern int (*const table[3])(int); int shared; static int start_value = 3; _Thread_local int own = 5;
static int before; __attribute__((constructor)) static void start(void) { before = start_value; }
__attribute__((weak)) int optional(int n) { return n + 40; }
extern int may_exist(int) __attribute__((weak));
__attribute__((noinline)) int choose(int n) {
  switch (n) { case 0: return 7; case 1: return counter; case 2: return n * 31; case 3: return shared;
    case 4: return -n; case 5: return optional(n); case 6: return 1234; default: return own; } }
static const int primes[] = { 2, 3, 5, 7, 11, 13 };
int main(int argc, char **argv) {
  static const char *const texts[] = { "alpha", "beta", "gamma" };
  int n = choose(argc) + primes[argc & 3] + (int)strlen(texts[argc % 3]) + before + own;
  n += (int)(ratio(n * 2.5) + 0.125) + table[argc % 3](n) + word(n)[0];
  return may_exist ? may_exist(n) : n; }`;

const MEMBERS = [
  `int counter = 17; double ratio(double x) { return x * 3.5 + 1.25; }`,
  `static int one(int n) { return n + 1; } static int two(int n) { return n * n; }
   static int three(int n) { return n ^ 0x55; } int (*const table[3])(int) = { one, two, three };
   const char *word(int n) { return n > 3 ? "some longer text" : n > 1 ? "text" : ""; }`,
];

const UNWINDING = `struct Guard { int *place; ~Guard() { *place += 1; } };
inline int shared_inline(int n) { static int calls = 4; return n + calls++; }
extern "C" int risky(int); int counted;
int protect(int n) { Guard guard{&counted}; try { return risky(n) + shared_inline(n); } catch (int e) { return e; } catch (...) { return -7; } }
int main(int argc, char **) { return protect(argc); }`;

const RUST = `#![allow(dead_code)]
pub trait Shape { fn area(&self) -> u32; }
struct Square(u32); struct Line;
impl Shape for Square { fn area(&self) -> u32 { self.0 * self.0 } }
impl Shape for Line { fn area(&self) -> u32 { 0 } }
static mut TOTAL: u32 = 3;
#[inline(never)] fn of(shape: &dyn Shape) -> u32 { unsafe { TOTAL += 1; } shape.area() }
#[inline(never)] fn at(list: &[u32], n: usize) -> u32 { list[n] }
#[test] fn square() { if of(&Square(3)) != 9 { panic!("a square") } }
#[test] #[should_panic] fn beyond() { at(&[1, 2, 3], of(&Line) as usize + 7); }
#[test] #[ignore] fn words() { if at(&[4], 0) != "text".len() as u32 { panic!("words") } }`;

/** Compiles the samples; takes some seconds. */
export function compileSamples(): Sample[] {
  const folder = mkdtempSync(join(tmpdir(), 'object-graph-samples-'));
  let count = 0;
  const compile = (
    program: string,
    extension: string,
    source: string,
    flags: readonly string[],
  ) => {
    const path = join(folder, `${count++}`);
    writeFileSync(`${path}.${extension}`, source);
    execFileSync(program, [...flags, '-o', `${path}.o`, `${path}.${extension}`], {
      env: { ...process.env, RUSTUP_TOOLCHAIN: process.env['OBJECT_GRAPH_TOOLCHAIN'] ?? 'stable' },
    });
    return mutableObject(readFileSync(`${path}.o`));
  };
  const c = (source: string, ...flags: readonly string[]) =>
    compile('cc', 'c', source, ['-c', '-O1', ...flags]);
  const sections = ['-ffunction-sections', '-fdata-sections'];
  try {
    return [
      sample(
        'C',
        [c(MAIN, ...sections, '-fcommon')],
        MEMBERS.map((member) => c(member, ...sections)),
        {
          isKnown: true,
        },
      ),
      sample(
        'C with debug sections',
        [c(MAIN, '-g', '-gz')],
        MEMBERS.map((member) => c(member, '-g')),
        {
          indexWidth: 8,
        },
      ),
      sample(
        'C++ that unwinds',
        [compile('c++', 'cc', UNWINDING, ['-c', '-O1', ...sections])],
        [],
        {
          isKnown: true,
        },
      ),
      sample(
        'sections by extended index',
        [mutableObject(extendedObject())],
        [mutableObject(groupedObject())],
        {
          isKnown: true,
          indexWidth: 8,
        },
      ),
      sample(
        'Rust tests',
        [
          compile('rustc', 'rs', RUST, [
            '--test',
            '--crate-name=sample',
            '--edition=2021',
            '--emit=obj',
            '-Ccodegen-units=1',
          ]),
        ],
        [],
        { tests: ['square', 'beyond', 'words'] },
      ),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function sample(
  name: string,
  explicit: readonly MutableObject[],
  members: readonly MutableObject[],
  options: { isKnown?: boolean; tests?: readonly string[]; indexWidth?: 4 | 8 },
): Sample {
  const objects = [...explicit, ...members];
  const defined = new Set(objects.flatMap(definedNames));
  const wanted = new Set(objects.flatMap(undefinedNames).filter((wanted) => !defined.has(wanted)));
  return {
    name,
    explicit,
    members,
    known: options.isKnown === true ? objects.map(knownObject) : [],
    executable: buildExecutable([...wanted].sort()),
    tests: options.tests ?? [],
    indexWidth: options.indexWidth ?? 4,
  };
}

function definedNames(object: MutableObject): string[] {
  return knownObject(object)
    .symbols.filter(({ info, section, name }) => info >> 4 !== 0 && section !== 0 && name !== '')
    .map(({ name }) => name);
}

function undefinedNames(object: MutableObject): string[] {
  return knownObject(object)
    .symbols.filter(({ info, section, name }) => info >> 4 !== 0 && section === 0 && name !== '')
    .map(({ name }) => name);
}

const CODE = elf.SHF_ALLOC | elf.SHF_EXECINSTR;
const LOCAL = elf.STB_LOCAL;

/** An object like a large one, whose symbols tell their sections in a table of their own. */
function extendedObject(): Buffer {
  return buildObject({
    extendedIndices: true,
    sections: [
      {
        name: '.text.main',
        flags: CODE,
        content: Buffer.from('e800000000e800000000488d0500000000c3', 'hex'),
        relocations: [
          { offset: 1, symbol: 4, addend: -4 },
          { offset: 6, symbol: 5, addend: -4 },
          { offset: 13, type: 2, symbol: 1, addend: -4 },
        ],
      },
      { name: '.text.f', flags: CODE, content: Buffer.from('b807000000c3', 'hex') },
      {
        name: '.data.static',
        flags: elf.SHF_ALLOC | elf.SHF_WRITE,
        content: Buffer.from('0102030405060708', 'hex'),
        align: 8,
        relocations: [{ offset: 0, type: 1, symbol: 2, addend: 0 }],
      },
      {
        name: '.rodata.str1.1',
        flags: elf.SHF_ALLOC | elf.SHF_MERGE | elf.SHF_STRINGS,
        entrySize: 1,
        content: Buffer.from('only one\0'),
      },
    ],
    symbols: [
      { name: 'static', section: 3, type: elf.STT_OBJECT, size: 8, binding: LOCAL },
      { name: '', section: 4, type: elf.STT_SECTION, binding: LOCAL },
      { name: 'main', section: 1, type: elf.STT_FUNC, size: 18 },
      { name: 'f', section: 2, type: elf.STT_FUNC, size: 6 },
      { name: 'g' },
    ],
  });
}

/** The member of an archive that holds a function in a group of its own. */
function groupedObject(): Buffer {
  return buildObject({
    sections: [
      {
        name: '.text.g',
        flags: CODE | 0x200,
        content: Buffer.from('488d0500000000c3', 'hex'),
        relocations: [{ offset: 3, type: 2, symbol: 1, addend: -4 }],
      },
      { name: '.rodata.g', flags: elf.SHF_ALLOC | 0x200, content: Buffer.from('inner') },
    ],
    symbols: [
      { name: '', section: 2, type: elf.STT_SECTION, binding: LOCAL },
      { name: 'g', section: 1, type: elf.STT_FUNC, size: 8 },
    ],
    groups: [{ signature: 2, sections: [1, 2] }],
  });
}
