import { join } from 'node:path';
import { packageSpec } from '../../build/run-cargo-test';
import { selectionArguments } from '../../build/build-options';
import { parseCargoMessages, type CargoMessages } from '../../cargo/cargo-messages';
import type { CargoPackage, CargoTarget, CargoWorkspace } from '../../cargo/metadata';
import { parseDocListing, type DocTest } from '../../doc/doc-listing';
import { findRustdocCommand, type RustdocCommand } from '../../doc/rustdoc-command';
import { CargoTestError } from '../../errors';
import { describeExit } from '../../process/process-exit';
import type { Command } from '../../process/supervise-group';
import type { DocMachine } from './doc-machine';
import type { TestDocOptions } from './options';
import { runRustdoc, type RustdocEnd } from './run-rustdoc';

/** A library whose doc tests are asked for, and the world to do it in. */
export interface DocWorld {
  readonly machine: DocMachine;
  readonly options: TestDocOptions;
  readonly cargo: CargoWorkspace;
  readonly package: CargoPackage;
  readonly library: CargoTarget;
  /** The environment to start cargo with. */
  readonly environment: Readonly<Record<string, string>>;
  readonly announce: (line: string) => void;
}

/** Doc tests of a library, and how cargo had them listed. */
export interface ListedDocTests extends DocWorld {
  /** Sorted by name. */
  readonly tests: readonly DocTest[];
  readonly messages: CargoMessages;
  readonly command: RustdocCommand;
}

/**
 * Asks cargo about the library of a package.
 *
 * @throws {CargoTestError} `GRAPH_OUT_OF_DATE` if the package is gone or has no doc
 *   tests any more; otherwise as `BuildHost.readMetadata` does.
 */
export async function findLibrary(
  { host, workspaceRoot }: DocMachine,
  options: TestDocOptions,
): Promise<Pick<DocWorld, 'cargo' | 'package' | 'library'>> {
  const cargo = await host.readMetadata(join(workspaceRoot, options.cargoWorkspace, 'Cargo.toml'));
  const owner = cargo.packages.find(({ name }) => name === options.package);
  const library = owner?.targets.find(({ doctest, kind }) => doctest && !kind.includes('bin'));
  if (owner === undefined || library === undefined) {
    throw new CargoTestError(
      'GRAPH_OUT_OF_DATE',
      owner === undefined
        ? `the Cargo workspace ${cargo.folder} has no package ${options.package}`
        : `cargo runs no doc tests of ${options.package}: it has no library, or one with \`doctest = false\``,
    );
  }
  return { cargo, package: owner, library };
}

/**
 * Builds a library and asks rustdoc for its doc tests. No doc test runs.
 *
 * @throws {CargoTestError} `CARGO_BUILD_FAILED`, `CARGO_NOT_FOUND`; `LISTING_FAILED` if rustdoc's answer
 *   is not to be trusted, above all when it ends early.
 */
export async function listDocTests(world: DocWorld): Promise<ListedDocTests> {
  return world.machine.withPipe(async (pipe) => {
    const end = await runRustdoc({
      command: cargoTestDoc(
        world,
        ['-vv', '--message-format', 'json-render-diagnostics'],
        ['--logfile', pipe.path, '--list', '--format', 'pretty'],
      ),
      pipe,
      spawn: world.machine.spawn,
      warnAfterSeconds: world.options.warnAfterSeconds,
      killAfterSeconds: world.options.killAfterSeconds,
      onSilence: (seconds) =>
        world.announce(`rustdoc has been collecting doc tests for over ${seconds} s`),
    });
    const command = findRustdocCommand(end.stderr, pipe.path);
    assertListed(world, end, command);
    return {
      ...world,
      tests: parseDocListing(end.log, end.stdout),
      messages: parseCargoMessages(end.stdout),
      command,
    };
  });
}

/** Ids of the doc tests that rustdoc would not run unless it is told to; see {@link listDocTests}. */
export async function listIgnoredDocTests(
  world: DocWorld,
  tests: readonly DocTest[],
): Promise<ReadonlySet<string>> {
  return world.machine.withPipe(async (pipe) => {
    const end = await runRustdoc({
      command: cargoTestDoc(
        world,
        ['-v'],
        ['--logfile', pipe.path, '--list', '--format', 'pretty', '--ignored'],
      ),
      pipe,
      spawn: world.machine.spawn,
      warnAfterSeconds: world.options.warnAfterSeconds,
      killAfterSeconds: world.options.killAfterSeconds,
      onSilence: () => undefined,
    });
    assertListed(world, end, findRustdocCommand(end.stderr, pipe.path));
    const ids = new Set(parseDocListing(end.log, end.stdout).map(({ id }) => id));
    const known = new Set(tests.map(({ id }) => id));
    const stray = [...ids].find((id) => !known.has(id));
    if (stray === undefined) return ids;
    throw new CargoTestError(
      'LISTING_FAILED',
      `rustdoc lists ${stray} as ignored, but not among all doc tests`,
    );
  });
}

/** `cargo test --doc` of the world's package. */
export function cargoTestDoc(
  { options, cargo, package: owner, environment }: DocWorld,
  cargoArguments: readonly string[],
  testArguments: readonly string[],
): Command {
  return {
    file: 'cargo',
    args: [
      ...['test', '--doc', ...cargoArguments],
      ...['--package', packageSpec(owner), '--manifest-path', owner.manifestFile],
      ...selectionArguments(options),
      ...['--', ...testArguments],
    ],
    workingDirectory: cargo.folder,
    environment,
  };
}

function assertListed(
  { options }: DocWorld,
  end: RustdocEnd,
  command: RustdocCommand | undefined,
): asserts command is RustdocCommand {
  const { exit } = end;
  if (exit.type === 'code' && exit.code === 0 && command !== undefined) return;
  if (exit.type === 'notStarted') {
    throw new CargoTestError('CARGO_NOT_FOUND', `cargo ${describeExit(exit)}`);
  }
  const how = end.killed ?? describeExit(exit);
  if (command === undefined) {
    throw new CargoTestError(
      exit.type === 'code' && exit.code === 0 ? 'LISTING_FAILED' : 'CARGO_BUILD_FAILED',
      exit.type === 'code' && exit.code === 0
        ? `cargo did not start rustdoc for ${options.package}, although its library has doc tests enabled`
        : `cargo could not build the library of ${options.package} (${how}):\n${withoutProgress(end.stderr)}`,
    );
  }
  throw new CargoTestError(
    'LISTING_FAILED',
    `rustdoc could not list the doc tests of ${options.package} (${how}):\n${command.ownStderr}`,
  );
}

/** Without the lines that only `-vv` brings, where each unit has one that is very long. */
function withoutProgress(stderr: string): string {
  return stderr
    .split('\n')
    .filter((line) => !/^\s*(?:Fresh|Dirty|Running) /.test(line))
    .join('\n');
}
