import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { parseCargoMetadata } from '../cargo/metadata';
import { messageOf } from '../errors';
import type { ManifestGroup } from '../plugin/group-manifests';
import type { AskProgram } from './ask-program';
import type { Place } from './place';
import { describeTrouble } from './program-answer';
import type { NamedPackage } from './test-needs';
import type { CargoWorkspaceFacts, GitFacts } from './workspace-checks';

/** What was seen of a Cargo workspace, and what else builds and tests of it bear on. */
export interface ReadWorkspace {
  readonly facts: CargoWorkspaceFacts;
  /** Absolute path of cargo's target folder; the usual one if cargo does not tell. */
  readonly targetFolder: string;
  readonly packages: readonly NamedPackage[];
}

/** Looks at git in a folder. */
export async function readGit(ask: AskProgram, folder: string): Promise<GitFacts> {
  const [version, inside] = await Promise.all([
    ask({ file: 'git', args: ['--version'], folder }),
    ask({ file: 'git', args: ['rev-parse', '--is-inside-work-tree'], folder }),
  ]);
  if (version.type !== 'answered') return { version };
  if (inside.type === 'answered') return { version, isRepository: true };
  if (inside.type === 'failed' && inside.text.includes('not a git repository'))
    return { version, isRepository: false };
  return { version, trouble: describeTrouble(inside) };
}

/** Looks at a Cargo workspace. */
export async function readWorkspace(
  ask: AskProgram,
  place: Place,
  group: ManifestGroup,
  git: GitFacts,
): Promise<ReadWorkspace> {
  const folder = join(place.root, group.root.folder);
  const hasGit = git.isRepository === true;
  const [metadata, isLockKnown, isIgnored] = await Promise.all([
    readMetadata(ask, folder),
    hasGit ? succeeds(ask, folder, ['ls-files', '--error-unmatch', 'Cargo.lock']) : undefined,
    // What lies in it decides for a pattern that ends with a slash, as the folder need not exist.
    hasGit ? succeeds(ask, folder, ['check-ignore', '--quiet', 'target/nx-cargo-test']) : undefined,
  ]);
  const hasLock = existsSync(join(folder, 'Cargo.lock'));
  const inWorkspace = group.root.folder === '.' ? 'target' : `${group.root.folder}/target`;
  return {
    facts: {
      name: group.root.folder,
      folder,
      ...('trouble' in metadata ? { trouble: metadata.trouble } : {}),
      lock: !hasLock
        ? 'missing'
        : isLockKnown === undefined
          ? 'unknown'
          : isLockKnown
            ? 'tracked'
            : 'untracked',
      ...(isIgnored === undefined ? {} : { isTargetIgnored: isIgnored }),
      ignore: { file: join(place.root, '.gitignore'), line: `/${inWorkspace}` },
    },
    targetFolder: 'targetFolder' in metadata ? metadata.targetFolder : join(folder, 'target'),
    packages: group.files.flatMap(({ text }) => namedPackage(text)),
  };
}

type Metadata =
  | { readonly targetFolder: string }
  | { readonly trouble: string }
  /** There is no cargo, which is told elsewhere. */
  | Record<never, never>;

async function readMetadata(ask: AskProgram, folder: string): Promise<Metadata> {
  const answer = await ask({
    file: 'cargo',
    args: ['metadata', '--no-deps', '--offline', '--format-version=1', '--color=never'],
    folder,
  });
  if (answer.type === 'missing') return {};
  if (answer.type !== 'answered') return { trouble: describeTrouble(answer) };
  try {
    const file = join(folder, 'Cargo.toml');
    return { targetFolder: parseCargoMetadata(answer.stdout, file).targetFolder };
  } catch (error) {
    return { trouble: messageOf(error) };
  }
}

async function succeeds(
  ask: AskProgram,
  folder: string,
  args: readonly string[],
): Promise<boolean> {
  return (await ask({ file: 'git', args, folder })).type === 'answered';
}

const DEPENDENCIES = ['dependencies', 'dev-dependencies', 'build-dependencies'];

/** Name and direct dependencies of a package, by the names of their packages. */
function namedPackage(text: string): NamedPackage[] {
  let root: Table;
  try {
    root = parse(text);
  } catch {
    // Cargo says what is wrong with it.
    return [];
  }
  const name = tableOf(root['package'])['name'];
  if (typeof name !== 'string') return [];
  const platforms = Object.values(tableOf(root['target'])).map(tableOf);
  const dependencies = [root, ...platforms].flatMap((table) =>
    DEPENDENCIES.flatMap((kind) =>
      Object.entries(tableOf(table[kind])).map(([alias, value]) => {
        const renamed = tableOf(value)['package'];
        return typeof renamed === 'string' ? renamed : alias;
      }),
    ),
  );
  return [{ name, dependencies }];
}

type Table = Readonly<Record<string, unknown>>;

function tableOf(value: unknown): Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Table)
    : {};
}
