import type { CargoMessages } from '../cargo/cargo-messages';
import type { LinkerShim } from '../cargo/linker-shim';
import type { CargoWorkspace } from '../cargo/metadata';
import type { CapturedLink } from '../cargo/read-capture';
import type { RunProgram } from '../cargo/run-program';
import type { BuildFiles } from './build-files';
import type { RunRecord } from './run-records';

/**
 * A machine that tests are built on: this one, or a guest of it. Sources lie at
 * the same absolute paths on both; of the build, all paths are those of the machine
 * that builds.
 */
export interface BuildHost {
  /** Tells its builds from those of other machines with the same sources; empty for this machine. */
  readonly kind: readonly string[];
  /** Runs programs there. */
  readonly run: RunProgram;
  /** The environment to start cargo with. */
  environment(): Promise<Readonly<Record<string, string>>>;
  /**
   * Makes sure that sources are seen there as they are here.
   *
   * @param folders Absolute paths.
   * @throws {CargoTestError} `GUEST_UNUSABLE` with what is in the way.
   */
  provideSources(folders: readonly string[]): Promise<void>;
  /** Asks cargo there; see `readCargoMetadata`. */
  readMetadata(manifestFile: string): Promise<CargoWorkspace>;
  /** Folder here, for what is kept between builds of a Cargo workspace. */
  recordsFolder(cargo: CargoWorkspace): Promise<string>;
  /** Content of those of the files that are there. */
  readTexts(files: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Prepares for recording what is linked and how cargo runs tests. */
  openCapture(request: CaptureRequest): Promise<BuildCapture>;
  /** The time there in milliseconds since the epoch. */
  now(): Promise<number>;
  /** What cargo left of the units that its messages name. */
  look(messages: CargoMessages): Promise<BuildFiles>;
  /** Gives a source the modification time of now. Absent where cargo sees those of here. */
  touch?(file: string): Promise<void>;
  /**
   * Compares sources that were read with those here.
   *
   * @param files Absolute paths.
   * @returns those that differ.
   */
  differingSources(files: readonly string[]): Promise<readonly string[]>;
  /** SHA-256 of each file, in the same order; lower-case hexadecimal. */
  digests(files: readonly string[]): Promise<readonly string[]>;
  /** Removes a binary so that cargo links it again; see `removeHardLinks`. */
  removeBinary(executable: string): Promise<void>;
  /** See `keepBinaryCopy`. */
  keepCopy(executable: string, sha256: string): Promise<void>;
  /** The copy made for running, or the executable itself, whichever has the content; undefined without either. */
  findBinary(executable: string, sha256: string): Promise<string | undefined>;
}

/** What is needed to record links. */
export interface CaptureRequest {
  readonly cargo: CargoWorkspace;
  /** Names of linkers that rustc may call. */
  readonly linkers: readonly string[];
  /** The user's `PATH` there. */
  readonly searchPath: string;
}

/** Records of one build. */
export interface BuildCapture {
  readonly shim: LinkerShim;
  /** Folders for `NX_CARGO_TEST_CAPTURE` and `NX_CARGO_TEST_RUNS`. */
  readonly links: string;
  readonly runs: string;
  /** Makes the folders; forgets runs of before. */
  begin(): Promise<void>;
  readRuns(): Promise<readonly RunRecord[]>;
  /** What was linked so far, by the SHA-256 of the executable, with inputs that can be read here. */
  readLinks(): Promise<ReadonlyMap<string, CapturedLink>>;
  /** Path here of a file's content there; that of no file if it is not known here. */
  locate(file: string): string;
  /** Removes all of it. */
  dispose(): Promise<void>;
}
