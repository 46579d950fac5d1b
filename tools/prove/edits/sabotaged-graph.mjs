// object-graph compiled from its sources with some of their text replaced.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { transformSync } from '@swc/core';
import { repository } from '../../setup.mjs';

const SOURCE = join(repository, 'packages/object-graph/src');

/**
 * Compiles object-graph.
 *
 * @param folder Where to put it; emptied first.
 * @param changes `[file, text, replacement]`; the text must stand in the file once.
 * @param source Folder of the sources. Default: this repository's.
 * @returns A function that fingerprints the tests of a captured link, `(link, tests, build)`:
 *   their fingerprints by test.
 */
export function compileGraph(folder, changes = [], source = SOURCE) {
  rmSync(folder, { recursive: true, force: true });
  const unused = new Set(changes);
  for (const name of readdirSync(source, { recursive: true })) {
    if (!name.endsWith('.ts') || name.endsWith('.spec.ts') || name.includes('test-support'))
      continue;
    let text = readFileSync(join(source, name), 'utf8');
    for (const change of changes) {
      const [file, find, replacement] = change;
      if (file !== name) continue;
      if (text.split(find).length !== 2)
        throw new Error(`this must stand once in ${join(source, name)}: ${find}`);
      text = text.replace(find, () => replacement);
      unused.delete(change);
    }
    const { code } = transformSync(text, {
      filename: name,
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'commonjs' },
    });
    const path = join(folder, name.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, code);
  }
  for (const [file] of unused) throw new Error(`there is no ${join(source, file)}`);
  const { fingerprintTests } = createRequire(import.meta.url)(join(folder, 'index.js'));
  return (link, tests, build) => {
    const { fingerprints, unknown } = fingerprintTests(readLink(link, build), tests);
    for (const [test, reason] of unknown) throw new Error(`${test}: ${reason}`);
    const libraries = digestOf(link.sharedLibraries);
    return new Map([...fingerprints].map(([test, digest]) => [test, `${digest} ${libraries}`]));
  };
}

function readLink({ inputs, output }, { sysroot, optimized }) {
  const files = inputs.map(({ path, file }) => {
    const isStandard = !relative(sysroot, path).startsWith('..');
    return {
      name: path,
      bytes: readFileSync(file),
      optimized: optimized && !isStandard,
      isStandard,
      isWorkspace: !isStandard,
    };
  });
  return { files, executable: readFileSync(output) };
}

/** Shared libraries count by their content, as they do for `build-tests`. */
function digestOf(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex');
}
