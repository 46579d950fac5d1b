// Captures the links of a test build and fingerprints its tests, with the very
// parts that `build-tests` uses, but without Nx.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeLinkerShim } from '../../packages/nx-cargo-test/dist/cargo/linker-shim.js';
import { CAPTURE_VARIABLE } from '../../packages/nx-cargo-test/dist/cargo/linker-shim-script.js';
import { listCaptures, readCapture } from '../../packages/nx-cargo-test/dist/cargo/read-capture.js';
import { fingerprintBinary } from '../../packages/nx-cargo-test/dist/fingerprint/fingerprint-binary.js';
import { isInside } from '../../packages/nx-cargo-test/dist/is-inside.js';

/**
 * The environment in which cargo or rustc is to be started so that links of
 * executables are recorded below `folder`, which is emptied first.
 */
export async function captureEnvironment(folder, environment = process.env) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'links'), { recursive: true });
  const shim = await writeLinkerShim(folder, ['cc'], environment.PATH);
  if (shim.uncaptured.length > 0) throw new Error(shim.uncaptured.join(', '));
  return {
    ...environment,
    PATH: `${shim.folder}:${environment.PATH}`,
    [CAPTURE_VARIABLE]: join(folder, 'links'),
  };
}

/** The links recorded below `folder`: `{ output, inputs, … }` as `readCapture` gives them, by output path. */
export async function capturedLinks(folder) {
  const records = await listCaptures(join(folder, 'links'));
  const links = await Promise.all(records.map((record) => readCapture(record)));
  return new Map(links.map((link) => [link.output, link]));
}

/** Forgets the recorded links, so that objects do not pile up. */
export function dropCaptures(folder) {
  for (const name of readdirSync(join(folder, 'links')))
    rmSync(join(folder, 'links', name), { recursive: true, force: true });
}

/**
 * Fingerprints the tests of one linked test binary.
 *
 * @param build.optimized Whether the crates were compiled with optimisation.
 * @param build.memory `{ tables, states }` as `fingerprintBinary` takes them. Default: none.
 * @param build.workspace Whether an input's path is code of the package under test.
 * @returns `{ fingerprints: Map, widened }` as `fingerprintBinary` gives them.
 */
export function fingerprintTests(link, tests, sysroot, build) {
  return fingerprintBinary({
    executable: link.output,
    sha256: createHash('sha256').update(readFileSync(link.output)).digest('hex'),
    harness: true,
    isStarted: false,
    tests,
    link,
    unseen: undefined,
    sysroot,
    isOptimized: (path) => build.optimized && !isInside(sysroot, path),
    isWorkspace: build.workspace ?? (() => true),
    ...build.memory,
  });
}
