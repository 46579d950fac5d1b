import type { SpawnSupervised } from '../process/supervise-group';
import type { ResourceWatch } from '../resources/watch-resources';
import type { RunPlan } from '../plan/run-plan';
import type { MemoryKills } from './memory-kills';

/** A machine that processes of tests run on: this one, or a guest of it. */
export interface TestHost {
  /** Starts a process there; all paths of the command are paths there. */
  readonly spawn: SpawnSupervised;
  /** How many threads libtest takes by default, as far as is known. */
  readonly processors: () => number;
  /**
   * The environment that a test's begins with, before what cargo adds.
   *
   * @param own Environment of our own process.
   */
  environment(
    own: Readonly<Record<string, string | undefined>>,
  ): Promise<Readonly<Record<string, string>>>;
  /**
   * Names the machine as far as it bears on how tests end, in one line.
   *
   * @param binary Absolute path of the test binary.
   */
  identity(binary: string): Promise<string>;
  /**
   * Makes sure that a plan's binary and folder are there.
   *
   * @throws {CargoTestError} when nothing can run there, with what mends it.
   */
  prepare(plan: RunPlan): Promise<void>;
  /** Lends an action a fresh folder there, and removes it afterwards. */
  withPrivateFolder<T>(action: (folder: string) => Promise<T>): Promise<T>;
  /** Size of a file there in bytes; undefined if there is none. */
  sizeOf(file: string): Promise<number | undefined>;
  /** Content of a file there; undefined if there is none. */
  readText(file: string): Promise<string | undefined>;
  /** What the kernel there has counted so far. Never rejects. */
  readMemoryKills(): Promise<MemoryKills>;
  /** Watches what a process group there holds, by its leader. Absent where it's not seen from here; a guest tells at the end. */
  watchResources?(leader: number): ResourceWatch;
  /** Ends what is open between here and there; after the last plan. */
  close(): Promise<void>;
}
