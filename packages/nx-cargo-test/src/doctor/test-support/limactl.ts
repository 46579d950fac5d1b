import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transcript } from '../../lima/test-support/transcripts';

/** Name of the instance in the transcripts. */
export const INSTANCE = 'nx-cargo-test';

/**
 * Writes a `limactl` that answers as the real one did, with a shell of this machine
 * as guest. `start` makes a stopped instance run.
 *
 * @param list Transcript of what it lists.
 * @returns the folder that holds it.
 */
export function writeLimactl(parent: string, list: 'list-running' | 'list-stopped'): string {
  const folder = join(parent, 'limactl');
  mkdirSync(folder);
  const file = (name: string): string => join(folder, name);
  for (const name of ['version', 'list-running', 'list-stopped'])
    writeFileSync(file(name), transcript(name).stdout);
  writeFileSync(file('state'), `${list}\n`);
  writeFileSync(
    file('limactl'),
    `#!/bin/sh
read -r state <${file('state')}
case "$*" in
  --version) cat ${file('version')} ;;
  list*) cat "${folder}/$state" ;;
  "start --tty=false ${INSTANCE}") echo list-running >${file('state')} ;;
  "shell --workdir / ${INSTANCE} "*) shift 4; ulimit -S -n 1024; exec "$@" ;;
  *) exit 64 ;;
esac
`,
  );
  chmodSync(file('limactl'), 0o755);
  return folder;
}
