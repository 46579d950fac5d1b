import { logger, type Tree } from '@nx/devkit';
import * as v from 'valibot';
import { messageOf } from '../../errors';
import { resolveOptions } from '../../plugin/plugin-options';
import { parseGeneratorOptions } from '../parse-options';
import { readPluginOptions, setPluginOption } from '../plugin-entry';
import type { Say } from '../say';
import { withCode } from '../with-code';
import { readPackageMembers } from './package-members';
import { checkMembers, normaliseMembers } from './set-members';

const entries = {
  /** The set: `quick` makes the target `test-quick`. */
  name: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_.-]+$/, 'a target name')),
  /** Names of targets, with or without `test-`; `glommio:arena` means the package glommio alone. */
  members: v.pipe(
    v.unknown(),
    // What is typed at the prompt comes as one text.
    v.transform((given) => (typeof given === 'string' ? namesIn(given) : given)),
    v.array(v.pipe(v.string(), v.minLength(1))),
    v.minLength(1),
  ),
  /** Package that all members are of which name none. Default: any that has them. */
  package: v.optional(v.pipe(v.string(), v.minLength(1))),
};

/**
 * Defines a set of test targets in the plugin's options in nx.json, after a look at
 * whether its members exist.
 *
 * @param readMembers Reads what sets can have; may throw where there is no project graph.
 */
export default function moduleBatchGenerator(
  tree: Tree,
  options: unknown,
  say: Say = logger,
  readMembers: typeof readPackageMembers = readPackageMembers,
): Promise<void> {
  return withCode(async () => {
    const parsed = parseGeneratorOptions(entries, 'module-batch', options);
    const members = normaliseMembers(parsed.members, parsed.package);
    const pluginOptions = readPluginOptions(tree);
    const { sets } = resolveOptions(pluginOptions);
    // What the next command of Nx would refuse is refused before it is written.
    resolveOptions({ ...pluginOptions, sets: { ...sets, [parsed.name]: members } });
    const next = await describeSet(parsed.name, members, () => readMembers(Object.keys(sets)));
    await setPluginOption(tree, ['sets', parsed.name], members);
    for (const line of next) say.info(line);
  });
}

function namesIn(text: string): string[] {
  return text.split(/[\s,]+/).filter((name) => name !== '');
}

async function describeSet(
  name: string,
  members: readonly string[],
  readMembers: () => ReturnType<typeof readPackageMembers>,
): Promise<readonly string[]> {
  let packages: Awaited<ReturnType<typeof readPackageMembers>>;
  try {
    packages = await readMembers();
  } catch (error) {
    return [
      `\nWhether the members exist was not checked: there is no project graph (${messageOf(error)}).`,
    ];
  }
  const having = checkMembers(members, packages);
  return [
    ...having
      .filter((each) => each.members.has(name))
      .map(
        ({ project }) =>
          `\n${project}:test-${name} was a module or a group until now. The set has that name from now on, and the other gets a longer one.`,
      ),
    `\nNext:\n${having.map(({ project }) => `  nx run ${project}:test-${name}`).join('\n')}`,
  ];
}
