import { logger, type Tree } from '@nx/devkit';
import * as v from 'valibot';
import { resolveOptions } from '../../plugin/plugin-options';
import { parseGeneratorOptions } from '../parse-options';
import { readPluginOptions, setPluginOption } from '../plugin-entry';
import type { Say } from '../say';
import { withCode } from '../with-code';
import { writeGeneratedFile } from '../write-generated-file';
import { limaCommands, limaYaml, MOUNTS } from './lima-yaml';

const size = v.pipe(
  v.string(),
  v.regex(
    /^[1-9][0-9]*(?:\.[0-9]+)?(?:MiB|GiB|TiB)$/,
    'a number with MiB, GiB or TiB, such as 4GiB',
  ),
);

const entries = {
  /** Where to write. Default: `lima.yaml` */
  file: v.optional(
    v.pipe(v.string(), v.regex(/\.ya?ml$/, 'a file that ends with .yaml or .yml')),
    'lima.yaml',
  ),
  /** Name of the instance. Default: the plugin's option `limaInstance`. */
  instance: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'a name of letters, digits, _, . and -'),
    ),
  ),
  /** How the guest sees the workspace. Default: `workspace` */
  mounts: v.optional(v.picklist(MOUNTS), 'workspace'),
  /** Default: `4` */
  cpus: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 4),
  /** Default: `4GiB` */
  memory: v.optional(size, '4GiB'),
  /** Default: `100GiB` */
  disk: v.optional(size, '100GiB'),
  /** Replace a file that is there and says something else. Default: `false` */
  overwrite: v.optional(v.boolean(), false),
};

/**
 * Writes the lima.yaml of an instance for tests, and names the instance in the plugin's
 * options. It makes no instance.
 */
export default function limaGenerator(
  tree: Tree,
  options: unknown,
  say: Say = logger,
): Promise<void> {
  return withCode(async () => {
    const { overwrite, instance, ...rest } = parseGeneratorOptions(entries, 'lima', options);
    const pluginOptions = readPluginOptions(tree);
    const { limaInstance, limaSources } = resolveOptions(pluginOptions);
    const request = { ...rest, instance: instance ?? limaInstance };
    await writeGeneratedFile(tree, rest.file, limaYaml(request), overwrite);
    const sources = rest.mounts === 'none' ? 'copy' : 'mount';
    if (request.instance !== limaInstance)
      await setPluginOption(tree, ['limaInstance'], request.instance);
    if (sources !== limaSources) await setPluginOption(tree, ['limaSources'], sources);
    say.info(
      `\nNext:\n${limaCommands(request)
        .map((command) => `  ${command}`)
        .join('\n')}`,
    );
  });
}
