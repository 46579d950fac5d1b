import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseDepInfo } from '../../build/dep-info';
import type { BuildInput, BuildInputs, BuildVariable } from '../../build/build-inputs';
import type { CargoPackage, CargoTarget, CargoWorkspace } from '../../cargo/metadata';
import type { RunProgram } from '../../cargo/run-program';
import { CargoTestError } from '../../errors';
import { exampleInputs } from '../../doc/doc-example-inputs';
import { depInfoArguments, rustcBeside, type RustdocCommand } from '../../doc/rustdoc-command';
import { withPrivateFolder } from '../../run/private-folder';

/** A library as rustdoc looks for doc tests in it. */
export interface DocumentedLibrary {
  readonly cargo: CargoWorkspace;
  readonly package: CargoPackage;
  readonly library: CargoTarget;
  readonly command: RustdocCommand;
  /** The environment that cargo was started with. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * What rustdoc reads of a library beyond what the build reads: files and
 * variables under `cfg(doc)` and `cfg(doctest)`, and what the examples include.
 *
 * @throws {CargoTestError} `CARGO_BUILD_FAILED` if rustc cannot tell.
 */
export async function readDocInputs(
  { cargo, package: owner, library, command, environment }: DocumentedLibrary,
  run: RunProgram,
): Promise<BuildInputs> {
  const packageFolder = dirname(owner.manifestFile);
  // Where cargo starts rustdoc: in the workspace's folder for packages in it.
  const workingDirectory = library.sourceFile.startsWith(`${cargo.folder}/`)
    ? cargo.folder
    : packageFolder;
  const variables = { ...environment, ...command.environment };
  const depInfo = await withPrivateFolder(async (folder) => {
    const file = join(folder, 'doc.d');
    const rustc = rustcBeside(command.program);
    const end = await run({
      file: rustc !== undefined && existsSync(rustc) ? rustc : (environment['RUSTC'] ?? 'rustc'),
      args: depInfoArguments(command.args, library.sourceFile, file),
      workingDirectory,
      environment: variables,
    });
    // rustdoc accepts bodies that rustc does not; the list is complete before those are looked at.
    if (existsSync(file)) return parseDepInfo(readFileSync(file, 'utf8'));
    throw new CargoTestError(
      'CARGO_BUILD_FAILED',
      `rustc cannot tell which files the documentation of ${library.name} includes (${end.description}):\n${end.stderr}`,
    );
  });

  const reader = `the documentation of ${library.name}`;
  const files = new Map<string, BuildInput>();
  const names = new Map<string, BuildVariable>();
  for (const file of depInfo.files) {
    const name = resolve(workingDirectory, file);
    files.set(name, { name, reader });
  }
  for (const name of depInfo.variables) names.set(name, { name, reader, onlyElsewhere: false });

  const sources = [...files.keys()];
  const folders = [
    ...new Set(sources.filter((file) => file.endsWith('.rs')).map((file) => dirname(file))),
  ];
  for (const source of sources) {
    const found = exampleInputs(source, readText(source), folders, variables);
    const from = `an example in ${source}`;
    // A path that leads nowhere fails the example, which no change elsewhere hides.
    for (const name of found.files) {
      if (existsSync(name) && !files.has(name)) files.set(name, { name, reader: from });
    }
    for (const name of found.variables) {
      if (!names.has(name)) names.set(name, { name, reader: from, onlyElsewhere: false });
    }
  }
  return { files: [...files.values()], variables: [...names.values()] };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CargoTestError(
      'CARGO_BUILD_FAILED',
      `${file}, which documentation includes, cannot be read`,
      {
        cause,
      },
    );
  }
}
