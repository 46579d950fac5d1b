import type { LinkedObject, LinkedProgram } from './linked-program';
import { DESCRIPTOR, DIGEST_WORDS, tableName } from './object-table';
import type { ObjectTable } from './object-table';

/** Where a test's descriptor lies. */
export interface TestDescriptor {
  readonly object: LinkedObject;
  readonly piece: number;
  /** Of its content without lines and columns, which shift with every edit above the test. */
  readonly digest: Int32Array;
}

/**
 * Finds the descriptors of the tests that a binary lists. A name with two
 * descriptors is left out, as one cannot tell which of them is the listed test.
 */
export function findTestDescriptors(
  program: LinkedProgram,
  tests: ReadonlySet<string>,
): Map<string, TestDescriptor> {
  const found = new Map<string, TestDescriptor>();
  const twice = new Set<string>();
  for (const object of program.objects) {
    if (!object.explicit) continue;
    const { descriptors } = object.table;
    for (let at = 0; at < descriptors.length; at += DESCRIPTOR.stride) {
      const name = descriptorName(object.table, at);
      if (!tests.has(name)) continue;
      if (found.has(name)) twice.add(name);
      const start = at + DESCRIPTOR.digest;
      found.set(name, {
        object,
        piece: descriptors[at + DESCRIPTOR.piece]!,
        digest: descriptors.subarray(start, start + DIGEST_WORDS),
      });
    }
  }
  for (const name of twice) found.delete(name);
  return found;
}

/** The name of the test whose descriptor's numbers begin at an index of `descriptors`. */
export function descriptorName(table: ObjectTable, at: number): string {
  const text = tableName(table, table.descriptors[at + DESCRIPTOR.name]!);
  return Buffer.from(text, 'latin1').toString('utf8');
}
