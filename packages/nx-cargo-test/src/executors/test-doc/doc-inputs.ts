import { dirname, join, resolve } from 'node:path';
import { parseDepInfo } from '../../build/dep-info';
import type { BuildInput, BuildInputs, BuildVariable } from '../../build/build-inputs';
import type { CargoPackage, CargoTarget, CargoWorkspace } from '../../cargo/metadata';
import { CargoTestError } from '../../errors';
import { exampleInputs } from '../../doc/doc-example-inputs';
import { depInfoArguments, rustcBeside, type RustdocCommand } from '../../doc/rustdoc-command';
import type { DocMachine } from './doc-machine';

/** A library as rustdoc looks for doc tests in it. */
export interface DocumentedLibrary {
  readonly cargo: CargoWorkspace;
  readonly package: CargoPackage;
  readonly library: CargoTarget;
  readonly command: RustdocCommand;
  /** The environment that cargo was started with. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where that was. */
  readonly machine: DocMachine;
}

/**
 * What rustdoc reads of a library beyond what the build reads: files and
 * variables under `cfg(doc)` and `cfg(doctest)`, and what the examples include.
 *
 * @throws {CargoTestError} `CARGO_BUILD_FAILED` if rustc cannot tell.
 */
export async function readDocInputs({
  cargo,
  package: owner,
  library,
  command,
  environment,
  machine,
}: DocumentedLibrary): Promise<BuildInputs> {
  const { host, withFolder } = machine;
  const packageFolder = dirname(owner.manifestFile);
  // Where cargo starts rustdoc: in the workspace's folder for packages in it.
  const workingDirectory = library.sourceFile.startsWith(`${cargo.folder}/`)
    ? cargo.folder
    : packageFolder;
  const variables = { ...environment, ...command.environment };
  const depInfo = await withFolder(async (folder) => {
    const file = join(folder, 'doc.d');
    const beside = rustcBeside(command.program);
    const [rustc] = beside === undefined ? [] : await presentFiles(machine, environment, [beside]);
    const end = await host.run({
      file: rustc ?? environment['RUSTC'] ?? 'rustc',
      args: depInfoArguments(command.args, library.sourceFile, file),
      workingDirectory,
      environment: variables,
    });
    // rustdoc accepts bodies that rustc does not; the list is complete before those are looked at.
    const text = (await host.readTexts([file])).get(file);
    if (text !== undefined) return parseDepInfo(text);
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
  const texts = await host.readTexts(sources);
  for (const source of sources) {
    const found = exampleInputs(source, textOf(texts, source), folders, variables);
    const from = `an example in ${source}`;
    // A path that leads nowhere fails the example, which no change elsewhere hides.
    for (const name of await presentFiles(machine, environment, found.files)) {
      if (!files.has(name)) files.set(name, { name, reader: from });
    }
    for (const name of found.variables) {
      if (!names.has(name)) names.set(name, { name, reader: from, onlyElsewhere: false });
    }
  }
  return { files: [...files.values()], variables: [...names.values()] };
}

function textOf(texts: ReadonlyMap<string, string>, file: string): string {
  const text = texts.get(file);
  if (text !== undefined) return text;
  throw new CargoTestError(
    'CARGO_BUILD_FAILED',
    `${file}, which documentation includes, cannot be read`,
  );
}

/** Those of the files that are there. */
async function presentFiles(
  { host }: DocMachine,
  environment: Readonly<Record<string, string>>,
  files: readonly string[],
): Promise<string[]> {
  if (files.length === 0) return [];
  const script = 'for file; do [ ! -e "$file" ] || printf "%s\\0" "$file"; done';
  const { stdout } = await host.run({
    ...{ file: 'sh', args: ['-c', script, 'sh', ...files], workingDirectory: '/', environment },
  });
  return stdout.split('\0').filter((file) => file !== '');
}
