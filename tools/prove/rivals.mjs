// What coarser ways to select tests would have run after a mutation, on the very same builds.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { LinkReach } from './link-reach.mjs';
import { listTests } from './test-outcomes.mjs';

/** Each with the rule by which it selects tests. */
export const RIVALS = {
  crate: 'any change of the crate runs all of its tests',
  binary: 'a test binary whose bytes differ runs all of its tests',
  file: 'a test runs if a source file changed in which a function begins that the test can reach (by line tables)',
  function:
    'a test runs if it can reach a function of which the machine code, or the name of a function that it refers to, changed; constants, statics and vtables are not compared',
};

/** Key of a test within its crate. */
export const testKey = (binary, test) => `${binary}: ${test}`;

/**
 * Which tests reach functions of which source file, from a build with line tables. It leaves the
 * crate with sources that have to be placed anew.
 *
 * @param crate A `MutatedCrate`.
 * @param holdsFor What was built, in words: the result is kept in a file for the next time.
 * @returns Per source file, relative to the crate, keys of tests.
 */
export async function testsByFile(crate, holdsFor, sysroot) {
  const record = crate.path('tests-by-file.json');
  const known = existsSync(record) ? JSON.parse(readFileSync(record, 'utf8')) : undefined;
  if (known?.holdsFor === holdsFor) return new Map(known.files);
  await crate.reset('line-tables-only');
  const files = new Map();
  for (const { id, link, started } of (await crate.build()) ?? []) {
    const reach = new LinkReach(link, await listTests(started), sysroot);
    for (const [file, nodes] of nodesByFile(reach, link.output, crate.sources)) {
      const tests = reach.testsReaching(nodes).map((test) => testKey(id, test));
      files.set(file, [...(files.get(file) ?? []), ...tests]);
    }
  }
  if (files.size === 0) throw new Error(`${crate.sources}: no function is in a file of the crate`);
  writeFileSync(record, JSON.stringify({ holdsFor, files: [...files] }));
  return files;
}

/**
 * Selects tests as the rivals do.
 *
 * @param file Source file that changed.
 * @param testsByFile As the function of that name gives them.
 * @param before `{ id, tests, reach }` of each test binary.
 * @param after `reach` by the id of each test binary whose bytes differ.
 * @returns Per rival a set of keys of tests.
 */
export function selectAsRivals({ file, testsByFile, before, after }) {
  const keys = (binaries, tests) =>
    new Set(
      binaries.flatMap(({ id, ...rest }) =>
        tests({ id, ...rest }).map((test) => testKey(id, test)),
      ),
    );
  const changed = before.filter(({ id }) => after.has(id));
  return {
    crate: keys(before, ({ tests }) => tests),
    binary: keys(changed, ({ tests }) => tests),
    file: new Set(testsByFile.get(file) ?? []),
    function: keys(changed, ({ id, reach }) => testsOfChangedFunctions(reach, after.get(id))),
  };
}

function testsOfChangedFunctions(before, after) {
  const changed = [...new Set([...before.functions.keys(), ...after.functions.keys()])].filter(
    (name) => before.functions.get(name)?.digest !== after.functions.get(name)?.digest,
  );
  const reaching = (reach) =>
    reach.testsReaching(changed.flatMap((name) => reach.functions.get(name)?.nodes ?? []));
  return [...new Set([...reaching(before), ...reaching(after)])];
}

/** The nodes of functions that begin in each of the crate's source files. */
function nodesByFile({ functions }, executable, sources) {
  const addressed = [];
  for (const line of output('nm', ['--defined-only', '--no-sort', executable]).split('\n')) {
    const [address, , name] = line.split(' ');
    const known = functions.get(name);
    if (known !== undefined && !known.isStandard) addressed.push({ address, nodes: known.nodes });
  }
  const places = output(
    'addr2line',
    ['--exe', executable],
    addressed.map(({ address }) => address).join('\n'),
  ).split('\n');
  const found = new Map();
  addressed.forEach(({ nodes }, index) => {
    const path = resolve(sources, places[index].replace(/:(?:\d+|\?)(?: .*)?$/, ''));
    const file = relative(sources, path);
    if (file.startsWith('..') || isAbsolute(file) || !existsSync(join(sources, file))) return;
    found.set(file, [...(found.get(file) ?? []), ...nodes]);
  });
  return found;
}

function output(program, args, input = '') {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    input,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: status ${status}\n${stderr}`);
  return stdout;
}
