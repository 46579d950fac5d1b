import { archiveOrder } from './archive-order';
import type { ObjectGraph } from './object-graph';
import { DEFINITION, ENTRY, tableName } from './object-table';

/** What belongs to every test without any test naming it. */
export interface SharedRoots {
  /**
   * Constructors and destructors of the process, functions that choose other
   * functions when the process starts, and functions that shared libraries call back.
   */
  readonly unnamed: readonly number[];
  /** The test harness, which allocates by the crate's own allocator. */
  readonly harness: readonly number[];
  /** See `archiveOrder`. */
  readonly order?: string;
}

/**
 * Finds the roots that every test shares, in the order in which linkers have
 * them run: by the priorities in the names of their sections, then in the order
 * of the link.
 */
export function sharedRoots(graph: ObjectGraph): SharedRoots {
  const { program } = graph;
  const running: { readonly name: string; readonly node: number }[] = [];
  for (const object of program.linked) {
    const { unnamed, definitions } = object.table;
    for (let at = 0; at < definitions.length; at += DEFINITION.stride) {
      // Asked at every start, whether or not the test calls what it chooses.
      const piece = definitions[at + DEFINITION.piece]!;
      if (definitions[at + DEFINITION.isIndirect] === 1 && piece >= 0)
        running.push({ name: '', node: graph.nodeOf(object, piece) });
    }
    for (let at = 0; at < unnamed.length; at += 2) {
      const name = tableName(object.table, unnamed[at]!);
      running.push({ name, node: graph.nodeOf(object, unnamed[at + 1]!) });
    }
  }
  running.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const unnamed = running.map(({ node }) => node);
  for (const name of program.executable.exports)
    unnamed.push(...graph.nodesOf(program.resolveText(name)));
  const order = archiveOrder(program);
  return {
    unnamed,
    harness: graph.nodesOf(program.entries(ENTRY.harness)),
    ...(order === undefined ? {} : { order }),
  };
}
