// The crates that are mutated, and the mutants of each.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../setup.mjs';
import { registryCrate } from './registry-crate.mjs';

/**
 * Crates of the registry whose tests are published with them, and the sample: `folder` instead of
 * a version is one of this repository. `count` mutants are taken of each. `targets` are cargo's,
 * where not all are wanted; `slow` tests are fingerprinted, but not run.
 */
export const CRATES = [
  // Texts and parsers: tables, constants, byte by byte and by iterators.
  { name: 'strsim', version: '0.11.1', count: 90 },
  { name: 'textwrap', version: '0.16.4', count: 80 },
  {
    name: 'httparse',
    version: '1.10.1',
    count: 80,
    slow: ['tests::test_all_utf8_char_in_paths'],
  },
  { name: 'semver', version: '1.0.28', count: 90 },
  { name: 'unicode-segmentation', version: '1.13.3', count: 60 },
  { name: 'heck', version: '0.5.0', count: 40 },
  { name: 'shlex', version: '1.3.0', count: 70 },
  { name: 'humantime', version: '2.4.0', count: 80 },
  // Data structures: generics, unsafe code, drop glue, trait objects as tables of functions.
  { name: 'lru', version: '0.16.4', count: 80 },
  { name: 'indexmap', version: '2.14.2', count: 50 },
  { name: 'smallvec', version: '1.16.6', count: 80 },
  { name: 'bytes', version: '1.12.2', count: 80 },
  { name: 'either', version: '1.19.0', count: 60 },
  { name: 'fixedbitset', version: '0.5.9', count: 80 },
  { name: 'arrayvec', version: '0.7.8', count: 80 },
  { name: 'slab', version: '0.4.12', count: 70 },
  // Algorithms over generic graphs, in many large test binaries.
  {
    name: 'petgraph',
    version: '0.8.3',
    count: 60,
    targets: [
      ...['--lib', '--test=graph', '--test=stable_graph', '--test=graphmap', '--test=iso'],
      ...['--test=list', '--test=matching', '--test=min_spanning_tree'],
    ],
  },
  // An executor on io_uring: threads, thread-locals, wakers.
  {
    name: 'glommio',
    folder: 'e2e/glommio',
    count: 90,
    // smoke is one test without a harness.
    targets: ['--lib', '--test=file_roundtrip', '--test=spawn_public'],
  },
  // Codecs and numbers.
  { name: 'hex', version: '0.4.3', count: 60 },
  { name: 'percent-encoding', version: '2.3.2', count: 60 },
  { name: 'fnv', version: '1.0.7', count: 6 },
].map((crate) => ({ version: 'sample', targets: ['--lib', '--tests'], ...crate }));

/** Version of cargo-mutants, such as `27.1.0`; undefined when it's not installed. */
export function mutantsVersion() {
  const { status, stdout } = spawnSync('cargo', ['mutants', '--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim().split(' ').at(-1) : undefined;
}

/**
 * Puts a crate's sources into an empty folder, as a Cargo workspace of its own. All files get a
 * new time, so that cargo compiles them again whatever was compiled of that folder before.
 */
export function placeSources(scratch, { name, version, folder: own }, folder) {
  rmSync(folder, { recursive: true, force: true });
  const source = own === undefined ? registryCrate(scratch, name, version) : join(repository, own);
  const isWanted = (path) => !/\/(target|node_modules|\.nx)$/.test(path.slice(source.length));
  cpSync(source, folder, { recursive: true, filter: isWanted });
  const manifest = join(folder, 'Cargo.toml');
  if (!/^\[workspace\]/m.test(readFileSync(manifest, 'utf8')))
    appendFileSync(manifest, '\n[workspace]\n');
}

/**
 * The mutants of a crate that cargo-mutants knows, `count` of them, in an order that depends on the
 * seed only.
 *
 * @returns Objects with `{ name, genre, file, span, replacement, diff }`.
 */
export function pickMutants(folder, { name, count }, seed) {
  const listed = JSON.parse(
    output('cargo', ['mutants', '--list', '--json', '--diff', '--no-config', '--package', name], {
      cwd: folder,
    }),
  );
  const known = new Map(listed.map((mutant) => [mutant.name, mutant]));
  const order = (mutant) =>
    createHash('sha256').update(`${seed}\n${name}\n${mutant}`).digest('hex');
  return [...known.keys()]
    .map((mutant) => [order(mutant), mutant])
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, count)
    .map(([, mutant]) => known.get(mutant));
}

/**
 * The text of a file with a mutant in it.
 *
 * @throws When the text is not the one that cargo-mutants made its description of.
 */
export function mutate(text, { name, span, replacement, diff }) {
  const start = offsetOf(text, span.start);
  const end = offsetOf(text, span.end);
  const mutated = `${text.slice(0, start)}${replacement} /* ~ changed by cargo-mutants ~ */${text.slice(end)}`;
  const lines = new Set(mutated.split('\n').map((line) => line.trimEnd()));
  const added = diff
    .split('\n')
    .slice(2)
    .filter((line) => line.startsWith('+'));
  const isSame = added.length > 0 && added.every((line) => lines.has(line.slice(1).trimEnd()));
  if (!isSame || mutated === text)
    throw new Error(`${name}: cannot be applied as cargo-mutants would\n${diff}`);
  return mutated;
}

/** Lines and columns begin at 1; columns count characters. */
function offsetOf(text, { line, column }) {
  let offset = 0;
  for (let number = 1; number < line; number += 1) offset = text.indexOf('\n', offset) + 1;
  for (let number = 1; number < column; number += 1)
    offset += text.codePointAt(offset) > 0xffff ? 2 : 1;
  return offset;
}

function output(program, args, options) {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    ...options,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: status ${status}\n${stderr}`);
  return stdout;
}
