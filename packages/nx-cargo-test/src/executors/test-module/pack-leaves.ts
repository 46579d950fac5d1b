import { resolve } from 'node:path';
import { openLeafResources, type LeafResources } from '../../resources/leaf-resources';
import { packBudget } from '../../resources/pack-budget';
import { sharedResourceFile, SHARED_PROCESSES } from '../../resources/resource-records';
import { parallelProcesses } from '../../run/concurrency';
import type { Runner } from '../../run/runner';
import { shareProcesses, type Seat, type SharedProcesses } from '../../run/shared-processes';
import type { TestModuleOptions } from './options';

/** The leaves of one package that run together, each with the runner that it gets. */
export interface PackedLeaves<T> {
  /** Undefined for a leaf that shares no process. */
  seatOf(leaf: T): Seat | undefined;
  /** Waits for all shared processes, and writes what was learned of them. Never rejects. */
  end(): Promise<void>;
}

/** What {@link packLeaves} works with. */
export interface PackingEdges {
  readonly workspaceRoot: string;
  /** Name of the Nx project. */
  readonly project: string;
  /** Environment of our own process. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  announce(line: string): void;
}

/** Gives a seat to each leaf whose options let it share processes, with those of the same options and runner. */
export function packLeaves<
  T extends { readonly options: TestModuleOptions; readonly runner: Runner },
>(leaves: readonly T[], edges: PackingEdges): PackedLeaves<T> {
  const rooms = new Map<Runner, Map<number, SharedRoom>>();
  const seats = new Map<T, Seat>();
  for (const leaf of leaves.filter(({ options }) => options.packModules)) {
    const { runner, options } = leaf;
    const byTests = rooms.get(runner) ?? new Map<number, SharedRoom>();
    rooms.set(runner, byTests);
    const room = byTests.get(options.packedTests) ?? openRoom(runner, options, edges);
    byTests.set(options.packedTests, room);
    seats.set(leaf, room.processes.seat());
  }
  return {
    seatOf: (leaf) => seats.get(leaf),
    async end() {
      const all = [...rooms.values()].flatMap((byTests) => [...byTests.values()]);
      await Promise.all(all.map((room) => room.end()));
    },
  };
}

interface SharedRoom {
  readonly processes: SharedProcesses;
  end(): Promise<void>;
}

function openRoom(
  runner: Runner,
  { cargoWorkspace, package: packageName, packedTests }: TestModuleOptions,
  { workspaceRoot, project, environment, announce }: PackingEdges,
): SharedRoom {
  let resources: LeafResources | undefined;
  const processes = shareProcesses({
    runner,
    async budget(plans) {
      const ceiling = (await runner.readCeiling?.()) ?? {};
      resources = await openLeafResources({
        file: resolve(workspaceRoot, sharedResourceFile(cargoWorkspace, packageName)),
        leaf: SHARED_PROCESSES,
        project,
        isolates: false,
        // The binary, which is its last word, is another after each change.
        scope: { ceiling, runner: plans[0]?.command.slice(0, -1) ?? [] },
        now: () => new Date().toISOString(),
      });
      const { problem } = resources;
      if (problem !== undefined) announce(`shared processes: ${problem}`);
      const limit = resources.describeLimit('processes that modules share');
      if (limit !== undefined) announce(`${project}: ${limit}`);
      return packBudget({
        ceiling,
        places: parallelProcesses(environment, runner.host.processors()),
        tests: Math.min(packedTests, resources.testsPerProcess ?? Infinity),
        seen: plans.flatMap(({ needs }) => needs?.peaks ?? []),
      });
    },
    onEvent: (event) => resources?.add(event),
  });
  return {
    processes,
    async end() {
      await processes.end();
      for (const problem of (await resources?.end()) ?? [])
        announce(`shared processes: ${problem}`);
    },
  };
}
