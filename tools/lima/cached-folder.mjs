import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * The folder with what `make` makes, made only when it is not there for these
 * inputs. Its name carries a digest of the inputs, and it gets that name only
 * when it is whole: what an interrupted run left is never taken for a result.
 * Folders for other inputs are removed afterwards.
 *
 * @param folder Where the folder is, or will be: the digest is added to its name.
 * @param inputs All that the result depends on, as a value that JSON can hold.
 * @param make Fills the folder that it is given; may be asynchronous.
 */
export async function cachedFolder({ folder, inputs, make, say }) {
  const parent = dirname(folder);
  const name = basename(folder);
  const result = `${folder}-${digestOf(inputs)}`;
  if (existsSync(result)) return result;
  say(`making ${name}`);
  const started = Date.now();
  const partial = `${folder}.partial-${process.pid}`;
  removeAll(parent, (other) => isLeftOver(other, `${name}.partial-`));
  mkdirSync(partial, { recursive: true });
  chmodSync(partial, 0o755);
  await make(partial);
  try {
    renameSync(partial, result);
  } catch (error) {
    // Another run was faster.
    if (!existsSync(result)) throw error;
    rmSync(partial, { recursive: true });
  }
  removeAll(parent, (other) => other.startsWith(`${name}-`) && other !== basename(result));
  say(`made ${name} in ${Math.round((Date.now() - started) / 1000)} s`);
  return result;
}

function digestOf(inputs) {
  return createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 16);
}

function isLeftOver(name, prefix) {
  return name.startsWith(prefix) && !existsSync(`/proc/${name.slice(prefix.length)}`);
}

function removeAll(folder, isObsolete) {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    if (isObsolete(name)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}
