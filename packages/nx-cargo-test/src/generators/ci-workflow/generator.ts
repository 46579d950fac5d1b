import { logger, readNxJson, type Tree } from '@nx/devkit';
import * as v from 'valibot';
import { findCargoPackages } from '../cargo-packages';
import { parseGeneratorOptions } from '../parse-options';
import type { Say } from '../say';
import { withCode } from '../with-code';
import { writeGeneratedFile } from '../write-generated-file';
import { packageManagerOf } from './package-manager';
import { workflowYaml } from './workflow-yaml';

/** Words that stand in a shell script without quotes. */
const word = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_@:/.*-]+$/, 'a name of letters, digits and _ @ : / . * -'),
);
const branch = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_][A-Za-z0-9_./-]*$/, 'the name of a branch'),
);

const entries = {
  /** Where to write. Default: `.github/workflows/rust-tests.yml` */
  file: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\.github\/workflows\/[^/]+\.ya?ml$/, 'a .yml or .yaml file in .github/workflows'),
    ),
    '.github/workflows/rust-tests.yml',
  ),
  /** Default: `defaultBase` of nx.json, or `main`. */
  mainBranch: v.optional(branch),
  /** What the Linux job runs for all projects. Default: `fmt-check lint test test-doc` */
  targets: v.optional(v.pipe(v.array(word), v.minLength(1)), () => [
    ...['fmt-check', 'lint', 'test', 'test-doc'],
  ]),
  /** Add a job on macOS. Default: `true` */
  macos: v.optional(v.boolean(), true),
  /** Projects that compile on macOS, to be linted and built there. Default: none. */
  macosProjects: v.optional(v.array(word), () => []),
  /** Replace a file that is there and says something else. Default: `false` */
  overwrite: v.optional(v.boolean(), false),
};

/** Writes a GitHub Actions workflow that tests what a pull request concerns, and all on the main branch. */
export default function ciWorkflowGenerator(
  tree: Tree,
  options: unknown,
  say: Say = logger,
): Promise<void> {
  return withCode(async () => {
    const parsed = parseGeneratorOptions(entries, 'ci-workflow', options);
    const { file, overwrite, mainBranch = defaultBranch(tree), ...rest } = parsed;
    const nodeVersionFile = ['.nvmrc', '.node-version'].find((name) => tree.exists(name));
    const text = workflowYaml({
      ...rest,
      mainBranch,
      packageManager: packageManagerOf(tree),
      ...(nodeVersionFile === undefined ? {} : { nodeVersionFile }),
      cargoWorkspaces: findCargoPackages(tree).workspaces,
    });
    await writeGeneratedFile(tree, file, text, overwrite);
    say.info(
      `\nNext: commit ${file}. Pull requests have results to reuse once it ran on ${mainBranch}.`,
    );
  });
}

function defaultBranch(tree: Tree): string {
  const base = readNxJson(tree)?.defaultBase ?? 'main';
  const name = base.replace(/^origin\//, '');
  return v.is(branch, name) ? name : 'main';
}
