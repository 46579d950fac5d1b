import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { BuiltBinary } from '../build/ensure-built';
import { messageOf } from '../errors';
import type { RunProgram } from '../cargo/run-program';
import type { FingerprintFile } from '../fingerprint/fingerprint-file';
import { readCommitState } from './commit-state';
import { dotenvNames } from './dotenv-names';
import { openLeafLedger, type LeafLedger, type LedgerRun } from './leaf-ledger';
import type { LedgerStore } from './ledger-store';
import { describeMachine, machineDigest, type Machine } from './machine-identity';
import { declaredInputs, type HashedNodes } from './nx-inputs';
import { sharedLibraries } from './shared-libraries';

/** A leaf that is about to run. */
export interface LeafOfSession {
  readonly cargoWorkspace: string;
  readonly packageName: string;
  readonly binary: BuiltBinary;
  readonly fingerprints: FingerprintFile;
  /** Path of the fingerprint file relative to the Nx workspace root. */
  readonly fingerprintFile: string;
  /** Name of the Nx project. */
  readonly project: string;
  /** Folder of the Nx project, relative to the Nx workspace root. */
  readonly projectFolder: string;
  /** How Nx hashed the leaf's task. */
  readonly hashed: HashedNodes | undefined;
  /** Kind of the runner: `native`. */
  readonly runner: string;
  /** The whole environment of the test processes. */
  readonly environment: Readonly<Record<string, string>>;
  /** Absolute path. */
  readonly workingDirectory: string;
  readonly killAfterSeconds: number;
  readonly threads?: number;
  /** Its tests may share a process with those of other leaves. */
  readonly packed: boolean;
}

/** The ledger as one process of Nx uses it. */
export interface LedgerSession {
  /** The ledger for one leaf, or why it cannot be asked about it. */
  leaf(request: LeafOfSession): Promise<LeafLedger | { readonly unusable: string }>;
  /** To be called after each leaf: writes what has come, unless that was done within the last second. */
  leafEnded(): void;
  /** Writes what is still to be written. Never rejects; what goes wrong is announced. */
  end(): Promise<void>;
}

/** What a session reaches the outside by. */
export interface SessionEdges {
  readonly workspaceRoot: string;
  readonly store: LedgerStore;
  readonly machine: Machine;
  readonly run: RunProgram;
  /** Environment of git. */
  readonly environment: Readonly<Record<string, string>>;
  now(): string;
  /** Shows a line to the user at once. */
  announce(line: string): void;
}

/** Opens the ledger; it is read when the first leaf asks. */
export function openLedgerSession(edges: SessionEdges): LedgerSession {
  const { workspaceRoot, store, run } = edges;
  const libraries = new Map<string, ReturnType<typeof sharedLibraries>>();
  const namesOfProjects = new Map<string, readonly string[]>();
  let opened: Promise<LedgerRun> | undefined;

  const open = async (): Promise<LedgerRun> => {
    const commit = readCommitState(workspaceRoot, edges.environment, run);
    const reading = await store.read();
    for (const problem of reading.problems) edges.announce(`ledger: ${problem}`);
    return {
      ledger: reading.ledger,
      writer: store.openWriter(),
      commit,
      now: () => edges.now(),
      newId: () => randomBytes(8).toString('hex'),
    };
  };

  const flush = async ({ writer }: LedgerRun): Promise<void> => {
    try {
      await writer.flush();
    } catch (error) {
      edges.announce(`ledger: ${messageOf(error)}`);
    }
  };
  let lastFlush = performance.now();

  return {
    async leaf(request) {
      const { binary, fingerprints, environment, runner } = request;
      const declared = declaredInputs(request.hashed, request.project, request.fingerprintFile);
      if (declared === undefined) return { unusable: 'Nx does not tell what it hashed' };
      const found =
        binary.isElsewhere === true
          ? []
          : await remember(libraries, binary.file, () =>
              sharedLibraries(binary.file, environment, request.workingDirectory, run),
            );
      if (found instanceof Error) {
        return { unusable: `its shared libraries are not known: ${found.message}` };
      }
      const names = [
        ...declared.variables,
        ...remember(namesOfProjects, request.projectFolder, () =>
          dotenvNames([workspaceRoot, join(workspaceRoot, request.projectFolder)]),
        ),
      ];
      const machineOf = (packageVariables: string | undefined): string =>
        machineDigest(edges.machine, {
          triple: binary.manifest.target,
          // The runner names a guest's processor and libraries.
          nativeProcessor: binary.isElsewhere !== true && binary.manifest.nativeCpu,
          runner,
          environment: fingerprints.environment,
          packageVariables,
          variables: Object.fromEntries(names.map((name) => [name, environment[name]])),
          libraries: found,
        });
      const machine = machineOf(undefined);
      const machineOfReaders = machineOf(fingerprints.packageVariables);
      const readers = new Set(
        fingerprints.tests.flatMap(({ name, readsEnvironment }) => (readsEnvironment ? name : [])),
      );
      const ledgerRun = await (opened ??= open());
      return openLeafLedger(ledgerRun, {
        tests: fingerprints.tests,
        testOf: (name) => ({
          cargoWorkspace: request.cargoWorkspace,
          package: request.packageName,
          binary: `${binary.manifest.kind}:${binary.manifest.name}`,
          name,
        }),
        inputs: declared.digest,
        machineOf: (name) => (readers.has(name) ? machineOfReaders : machine),
        machineText: describeMachine(edges.machine, runner),
        killAfterSeconds: request.killAfterSeconds,
        packed: request.packed,
        ...(request.threads === undefined ? {} : { threads: request.threads }),
      });
    },
    leafEnded() {
      if (performance.now() - lastFlush < 1000) return;
      lastFlush = performance.now();
      void opened?.then(flush);
    },
    async end() {
      if (opened === undefined) return;
      await flush(await opened);
      for (const problem of await store.compactIfNeeded()) edges.announce(`ledger: ${problem}`);
    },
  };
}

/** Leaves of a binary share its libraries, those of a project its `.env` files. */
function remember<T>(known: Map<string, T>, key: string, make: () => T): T {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}
