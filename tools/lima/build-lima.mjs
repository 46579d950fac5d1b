import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachedFolder } from './cached-folder.mjs';
import { runOrThrow } from './run-or-throw.mjs';

const MODULE = 'github.com/lima-vm/lima';
const module = fileURLToPath(new URL('go', import.meta.url));

/**
 * Builds limactl and its guest agent, at the version that `go/go.mod` names, into
 * a folder below `cache` laid out as an installation: limactl finds guest agent
 * and templates relative to itself.
 *
 * @returns {Promise<string>} that folder, with `bin/limactl` and `share/lima`.
 */
export function buildLima({ cache, say }) {
  const requirements = readFileSync(join(module, 'go.mod'), 'utf8');
  const version = /^\s*github\.com\/lima-vm\/lima (v\S+)/m.exec(requirements)[1];
  return cachedFolder({
    folder: join(cache, `lima-${version}`),
    inputs: [
      requirements,
      readFileSync(join(module, 'go.sum'), 'utf8'),
      go('env', 'GOVERSION'),
      fillPrefix.toString(),
    ],
    say,
    make: (prefix) => fillPrefix(prefix, version),
  });
}

function fillPrefix(prefix, version) {
  const flags = ['-trimpath', '-ldflags', `-s -w -X ${MODULE}/pkg/version.Version=${version}`];
  const share = join(prefix, 'share/lima');
  const agent = join(share, 'lima-guestagent.Linux-x86_64');
  mkdirSync(share, { recursive: true });
  go('build', ...flags, '-o', join(prefix, 'bin/limactl'), `${MODULE}/cmd/limactl`);
  go('build', ...flags, '-o', agent, `${MODULE}/cmd/lima-guestagent`);
  // Lima accepts the plain program or a compressed one, but not both.
  runOrThrow('gzip', ['-n', agent]);
  cpSync(join(go('list', '-m', '-f', '{{.Dir}}', MODULE), 'templates'), join(share, 'templates'), {
    recursive: true,
  });
  // The module cache is read-only, and an ordinary user runs all of this.
  runOrThrow('chmod', ['-R', 'u+w,a+rX', prefix]);
}

function go(...args) {
  return runOrThrow('go', args, {
    cwd: module,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOWORK: 'off' },
  }).trim();
}
