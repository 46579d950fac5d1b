import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ElfObject } from './elf/elf-object';
import { fingerprintProgram } from './fingerprint-tests';
import { LinkedProgram } from './linked-program';
import { ObjectGraph } from './object-graph';
import { DEFINITION, PIECE, tableName } from './object-table';

interface ElfCase {
  readonly name: string;
  /** Default: both. */
  readonly machines?: readonly string[];
  /** Variants whose `main` reaches what that of variant 0 reaches. */
  readonly unchanged?: readonly number[];
  /** Variants whose `main` reaches something else. */
  readonly changed: readonly number[];
}

const folder = join(__dirname, '../fixtures/elf');
const cases = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as readonly ElfCase[];

const linkOf = (machine: string, name: string) => ({
  files: [
    {
      name: `${name}.o`,
      bytes: readFileSync(join(folder, machine, `${name}.o`)),
      optimized: false,
      isStandard: false,
      isWorkspace: true,
    },
  ],
  executable: readFileSync(join(folder, machine, 'program')),
});

test('section headers may stand at any offset, and a file anywhere in memory', () => {
  const { files, executable } = linkOf('x86_64', 'alias-0');
  const [file] = files;
  const bytes = file!.bytes;
  const headers = Number(bytes.readBigUInt64LE(40));
  const size = bytes.readUInt16LE(60) * 64;
  const odd = bytes.length + ((bytes.length + 1) % 2);
  const moved = Buffer.alloc(odd + size);
  bytes.copy(moved);
  bytes.copy(moved, odd, headers, headers + size);
  moved.writeBigUInt64LE(BigInt(odd), 40);
  const expected = fingerprintProgram({ files, executable });
  for (const other of [moved, Buffer.concat([Buffer.alloc(1), bytes]).subarray(1)]) {
    const link = { files: [{ ...file!, bytes: other }], executable };
    expect(fingerprintProgram(link)).toBe(expected);
  }
});

describe.each(['x86_64', 'aarch64'])('objects for %s', (machine) => {
  const own = cases.filter(({ machines }) => machines?.includes(machine) ?? true);
  const fingerprint = (name: string, variant: number) =>
    fingerprintProgram(linkOf(machine, `${name}-${variant}`));

  test.each(own)('$name', ({ name, unchanged = [], changed }) => {
    const base = fingerprint(name, 0);
    const equal = [...unchanged, ...changed].filter(
      (variant) => fingerprint(name, variant) === base,
    );
    expect(equal).toEqual(unchanged);
    expect(new Set(changed.map((variant) => fingerprint(name, variant))).size).toBe(changed.length);
  });

  test('no variant is left out', () => {
    const forgotten = own.filter(({ name, unchanged = [], changed }) =>
      existsSync(join(folder, machine, `${name}-${1 + Math.max(...unchanged, ...changed)}.o`)),
    );
    expect(forgotten).toEqual([]);
  });
});

describe('panic locations in code for aarch64', () => {
  const program = new LinkedProgram(linkOf('aarch64', 'aarch64-locations-0'));
  const graph = new ObjectGraph(program);
  const [object] = program.objects;
  const { definitions } = object!.table;
  const names = Array.from({ length: definitions.length / DEFINITION.stride }, (_, row) =>
    tableName(object!.table, definitions[row * DEFINITION.stride]!),
  ).filter((name) => /^(?:given|kept)_/.test(name));
  const nodeOf = (name: string) => graph.nodesOf(program.resolveText(name))[0]!;
  const panic = nodeOf('panic');
  names.forEach(nodeOf);
  graph.readAll();

  /** What is known of each reference to a location: the functions that it is handed to. */
  const known = (name: string) => {
    const { first, targets } = graph.references;
    const { handoffs } = graph;
    const handedTo = (edge: number) => {
      const [from, start, end] = handoffs.triples.subarray(handoffs.from(edge));
      return from === edge ? [...targets.subarray(start, end)] : [];
    };
    const id = nodeOf(name);
    const edges = Array.from({ length: first[id + 1]! - first[id]! }, (_, at) => first[id]! + at);
    return edges
      .filter((edge) => targets[edge]! >= 0 && graph.flags(targets[edge]!) & PIECE.location)
      .map(handedTo);
  };

  test.each(names.filter((name) => name.startsWith('given_')))('%s', (name) => {
    const found = known(name);
    expect(found).toEqual(name === 'given_nearby' ? [[panic]] : [[panic], [panic]]);
  });

  test.each(names.filter((name) => name.startsWith('kept_')))('%s', (name) => {
    const found = known(name);
    expect(found.length).toBeGreaterThan(0);
    expect(found).toContainEqual([]);
  });

  test('marks of code and data are not taken for names', () => {
    expect(names.length).toBeGreaterThan(20);
    expect(names.map((name) => graph.symbol(nodeOf(name)))).toEqual(names);
    const bytes = readFileSync(join(folder, 'aarch64', 'aarch64-locations-0.o'));
    const { symbols } = new ElfObject(bytes, 'sample');
    const marks = Array.from({ length: symbols!.count - 1 }, (_, index) =>
      symbols!.name(index + 1),
    ).filter((name) => /^\$[dx]/.test(name));
    expect(marks.length).toBeGreaterThan(20);
  });
});
