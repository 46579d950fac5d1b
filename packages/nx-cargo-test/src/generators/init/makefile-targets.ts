import type { Tree } from '@nx/devkit';
import { posix } from 'node:path';
import type { CargoPackages } from '../cargo-packages';
import { isOurTarget } from '../target-names';

/** Other names that people give to targets of ours in a Makefile. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['tests', 'test'],
  ['doctest', 'test-doc'],
  ['clippy', 'lint'],
  ['format', 'fmt'],
  ['format-check', 'fmt-check'],
  ['check-fmt', 'fmt-check'],
  ['check-format', 'fmt-check'],
  ['benchmark', 'bench'],
  ['docs', 'doc'],
]);

/**
 * Says of each Makefile at the root or beside a Cargo.toml which of its targets have
 * one of the plugin's in their place.
 */
export function describeMakefiles(tree: Tree, { packages }: CargoPackages): string[] {
  const folders = new Set(['.', ...packages.map(({ folder }) => folder)]);
  return [...folders].flatMap((folder) =>
    // In the order in which make looks for them.
    ['GNUmakefile', 'makefile', 'Makefile']
      .map((name) => posix.join(folder, name))
      .filter((file) => tree.isFile(file))
      .slice(0, 1)
      .flatMap((file) => describe(file, tree.read(file, 'utf-8') ?? '', projectOf(folder))),
  );

  function projectOf(folder: string): string | undefined {
    const here = packages.find((each) => each.folder === folder);
    return here?.name ?? (packages.length === 1 ? packages[0]!.name : undefined);
  }
}

/** @param project The one that the file is about; several without it. */
function describe(file: string, text: string, project: string | undefined): string[] {
  const targets = makefileTargets(text);
  const replaced = targets.flatMap((name) => {
    const target = isOurTarget(name) ? name : SYNONYMS.get(name);
    return target === undefined ? [] : [{ name, target }];
  });
  if (replaced.length === 0) return [];
  const width = Math.max(...replaced.map(({ name }) => name.length));
  const others = targets.filter((name) => replaced.every((each) => each.name !== name));
  return [
    [
      `${file} has targets that Nx can run, with its cache:`,
      ...replaced.map(
        ({ name, target }) =>
          `  make ${name.padEnd(width)}  nx ${project === undefined ? `run-many -t ${target}` : `run ${project}:${target}`}`,
      ),
      `\`nx show project ${project ?? '<name>'}\` lists what is there. A test-<name> that is no module and no test file`,
      'can be a set: `nx g nx-cargo-test:module-batch <name> --members=…`.',
      ...(others.length === 0 ? [] : [`Nothing here stands for: ${others.join(', ')}.`]),
    ].join('\n'),
  ];
}

/** Names of the targets that a Makefile defines by explicit rules, in their order. */
export function makefileTargets(text: string): string[] {
  const names = text
    .replaceAll(/\\\r?\n/g, ' ')
    .split('\n')
    // A rule begins in the first column; `:=` and `::=` are assignments.
    .flatMap((line) => /^([^\s#:=][^#:=]*?)\s*::?(?![:=])/.exec(line)?.[1]?.split(/\s+/) ?? []);
  return [...new Set(names)].filter((name) => /^[A-Za-z0-9_][A-Za-z0-9_./-]*$/.test(name));
}
