import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachedFolder } from '../lima/cached-folder.mjs';
import { runOrThrow } from '../lima/run-or-throw.mjs';

const PROGRAM = 'github.com/rhysd/actionlint/cmd/actionlint';
const module = fileURLToPath(new URL('.', import.meta.url));

/**
 * Builds actionlint, at the version that go.mod names, into a folder below `cache`.
 *
 * @returns {Promise<string>} the path of the program.
 */
export async function buildActionlint({ cache, say }) {
  const read = (file) => readFileSync(join(module, file), 'utf8');
  const folder = await cachedFolder({
    folder: join(cache, 'actionlint'),
    inputs: [read('go.mod'), read('go.sum'), go('env', 'GOVERSION')],
    say,
    make: (partial) => go('build', '-trimpath', '-o', join(partial, 'actionlint'), PROGRAM),
  });
  return join(folder, 'actionlint');
}

function go(...args) {
  return runOrThrow('go', args, {
    cwd: module,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOWORK: 'off' },
  }).trim();
}
