import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync } from 'node:fs';

const NAME = 'lima-tests';

/**
 * The account that programs of Lima run in, because limactl refuses root: the
 * one that calls, or, for root, one of its own that is made if it is missing.
 *
 * @returns {{ name: string, uid: number, gid: number, home: string }}
 */
export function ordinaryUser() {
  if (process.getuid() !== 0) return account(process.getuid());
  const known = account(NAME);
  if (known) return known;
  const made = spawnSync('useradd', ['--create-home', '--shell', '/bin/bash', NAME], {
    encoding: 'utf8',
  });
  // Another run may have made it in the meantime.
  const user = account(NAME);
  if (user) return user;
  throw new Error(`cannot make the user ${NAME}: ${made.error?.message ?? made.stderr.trim()}`);
}

/** Program and arguments to put before a command to run it as `user`; nothing if it does already. */
export function asUser(user) {
  return process.getuid() === user.uid
    ? []
    : ['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--init-groups', '--'];
}

/** Makes a folder that only `user` may enter, and throws, telling why, if that user cannot reach it. */
export function makeFolderOf(user, folder) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chownSync(folder, user.uid, user.gid);
  const [program, ...args] = [...asUser(user), 'test', '-w', folder];
  if (spawnSync(program, args, { cwd: '/', stdio: 'ignore' }).status === 0) return;
  throw new Error(
    `the user ${user.name} cannot reach ${folder}: make the folders above it passable, or name another folder with NX_CARGO_TEST_LIMA_FOLDER`,
  );
}

function account(key) {
  const { status, stdout } = spawnSync('getent', ['passwd', String(key)], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const [name, , uid, gid, , home] = stdout.trim().split(':');
  return { name, uid: Number(uid), gid: Number(gid), home };
}
