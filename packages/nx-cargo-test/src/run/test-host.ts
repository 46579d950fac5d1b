import type { SpawnSupervised } from '../process/supervise-group';
import type { MemoryKills } from './memory-kills';

/** A machine that processes of tests run on: this one, or a guest of it. */
export interface TestHost {
  /** Starts a process there; all paths of the command are paths there. */
  readonly spawn: SpawnSupervised;
  /** How many threads libtest takes by default. */
  readonly processors: number;
  /** Lends an action a fresh folder there, and removes it afterwards. */
  withPrivateFolder<T>(action: (folder: string) => Promise<T>): Promise<T>;
  /** Size of a file there in bytes; undefined if there is none. */
  sizeOf(file: string): Promise<number | undefined>;
  /** Content of a file there; undefined if there is none. */
  readText(file: string): Promise<string | undefined>;
  /** What the kernel there has counted so far. Never rejects. */
  readMemoryKills(): Promise<MemoryKills>;
}
