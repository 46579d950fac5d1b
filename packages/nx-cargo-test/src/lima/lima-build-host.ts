import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { binaryCopy } from '../build/binary-copy';
import { createBuildFolder, removeAbandonedCaptures } from '../build/build-folder';
import type { BuildHost } from '../build/build-host';
import { contentDigest } from '../build/hashed-sources';
import { metadataArguments, metadataFailed, parseCargoMetadata } from '../cargo/metadata';
import { digest } from '../disk-cache';
import { CargoTestError } from '../errors';
import { shellWord } from '../shell-word';
import { buildEnvironmentInGuest } from './build-environment-in-guest';
import { openGuestCapture } from './guest-capture';
import { placeFolder } from './guest-files';
import { openGuestObjects } from './guest-objects';
import { runInGuest } from './guest-run-program';
import { digestsInGuest, mustSucceed, perform } from './guest-script';
import type { GuestShell } from './guest-shell';
import { lookAtTree, readTextsInGuest, timeInGuest } from './guest-tree';
import type { LimaGuest } from './lima-guest';
import type { LimaSources } from './lima-sources';
import { syncConfiguration } from './sync-configuration';

/** What is built in a guest, and for whom. */
export interface LimaBuildRequest {
  readonly sources: LimaSources;
  /** Absolute path of the Nx workspace. */
  readonly workspaceRoot: string;
  /** Absolute path of the Cargo workspace's folder. */
  readonly cargoFolder: string;
  /** Environment of our own process. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The option `buildEnvironment`. */
  readonly declaredVariables: readonly string[];
}

/**
 * The guest of a Lima instance as a machine that tests are built on, with cargo's
 * target folder on its own disk. What fingerprints are taken of comes here by its
 * content, without debug information; the rest stays there.
 */
export function limaBuildHost(guest: LimaGuest, request: LimaBuildRequest): BuildHost {
  const { session, sync } = guest;
  const { sources, cargoFolder } = request;
  const { instance } = sync;
  const run = runInGuest(session);
  const targetFolder = (shell: GuestShell): string =>
    join(
      shell.facts.environment['HOME'] ?? '/var/tmp',
      '.cache/nx-cargo-test/target',
      digest(cargoFolder).slice(0, 16),
    );
  const environment = async (): Promise<Record<string, string>> => {
    const shell = await session.shell();
    const { facts } = shell;
    const own = { ...request, guest: facts.environment };
    return buildEnvironmentInGuest(
      own.guest,
      own.environment,
      own.declaredVariables,
      targetFolder(shell),
    );
  };
  return {
    kind: ['lima', instance],
    run,
    environment,
    async provideSources(folders) {
      const shell = await session.shell();
      // Before cargo compares times.
      await timeInGuest(shell);
      for (const folder of folders)
        if (!folders.some((other) => folder.startsWith(`${other}/`)))
          await placeFolder(folder, shell, { ...sync, sources });
      if (sources === 'copy')
        await syncConfiguration(cargoFolder, request.workspaceRoot, shell, sync);
    },
    async readMetadata(manifestFile) {
      const end = await run({
        file: 'cargo',
        args: metadataArguments(manifestFile),
        workingDirectory: dirname(manifestFile),
        environment: await environment(),
      });
      if (end.notFound) {
        throw new CargoTestError(
          'CARGO_NOT_FOUND',
          `there is no cargo in the Lima instance ${instance}; install Rust there from https://rustup.rs, by \`limactl shell ${instance}\``,
        );
      }
      if (end.code !== 0)
        throw metadataFailed(manifestFile, `${end.stderr.trim() || end.description}`);
      return parseCargoMetadata(end.stdout, manifestFile);
    },
    recordsFolder: (cargo) => createBuildFolder(join(cargo.folder, 'target')),
    readTexts: async (files) => readTextsInGuest(await session.shell(), files),
    async openCapture(capture) {
      const records = await createBuildFolder(join(capture.cargo.folder, 'target'));
      await removeAbandonedCaptures(records);
      const objects = openGuestObjects(join(records, 'guest-objects'), (from, to) =>
        guest.fetch(from, to),
      );
      return openGuestCapture(await session.shell(), capture, objects);
    },
    now: async () => timeInGuest(await session.shell()),
    look: async (messages) => lookAtTree(await session.shell(), messages),
    ...(sources === 'mount'
      ? {}
      : {
          async touch(file: string) {
            const what = `setting the time of ${file} in the guest`;
            await mustSucceed(what, await session.shell(), `touch -- ${shellWord(file)}`);
          },
        }),
    async differingSources(files) {
      const present = files.filter((file) => existsSync(file));
      const there = await digestsInGuest(await session.shell(), present);
      return present.filter((file) => there.get(file) !== contentDigest(file));
    },
    async digests(files) {
      const found = await digestsInGuest(await session.shell(), files);
      return files.map((file) => {
        const sha256 = found.get(file);
        if (sha256 !== undefined) return sha256;
        throw new CargoTestError('GUEST_UNUSABLE', `${file} is missing in the guest`);
      });
    },
    async removeBinary(executable) {
      const file = shellWord(executable);
      const folders = [join(dirname(executable), 'deps'), dirname(executable)].map(shellWord);
      const script = `find ${folders.join(' ')} -maxdepth 1 -samefile ${file} -exec rm -f {} + 2>/dev/null; rm -f ${file}`;
      await mustSucceed(`removing ${executable} in the guest`, await session.shell(), script);
    },
    async keepCopy(executable, sha256) {
      const what = `copying ${executable} in the guest`;
      await mustSucceed(what, await session.shell(), copyScript(executable, sha256));
    },
    async findBinary(executable, sha256) {
      const candidates = [binaryCopy(executable, sha256), executable].map(shellWord).join(' ');
      const script = `for file in ${candidates}; do if [ -f "$file" ] && [ "$(sha256sum <"$file")" = '${sha256}  -' ]; then printf %s "$file"; exit 0; fi; done; exit 1`;
      const { status, text } = await perform(await session.shell(), script);
      return status === 0 ? text : undefined;
    },
  };
}

/** As `keepBinaryCopy` does here. */
function copyScript(executable: string, sha256: string): string {
  const file = shellWord(executable);
  const copy = shellWord(binaryCopy(executable, sha256));
  return [
    `set -e`,
    `if ! [ -f ${copy} ] || [ "$(stat -c %s -- ${copy})" != "$(stat -c %s -- ${file})" ]; then`,
    `  cp --reflink=auto -- ${file} ${copy}.$$.tmp`,
    `  mv -f -- ${copy}.$$.tmp ${copy}`,
    `fi`,
    `for other in ${file}.*; do`,
    `  case $other in ${copy}) continue ;; esac`,
    `  suffix=\${other##*.}`,
    `  case $suffix in *[!0-9a-f]*) ;; ????????????????) rm -f -- "$other" ;; esac`,
    `done`,
  ].join('\n');
}
