// What results of generated crates hold for.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { repository } from '../../setup.mjs';
import { TOOLCHAIN } from './build.mjs';
import { GENERATOR_VERSION } from './plan.mjs';

const objectGraph = join(repository, 'packages/object-graph/dist');

/** The present compiler, generator and version of fingerprints. */
export function currentVersions() {
  const { GRAPH_VERSION } = createRequire(import.meta.url)(join(objectGraph, 'index.js'));
  const rustc = execFileSync('rustc', ['--version'], {
    env: { ...process.env, RUSTUP_TOOLCHAIN: TOOLCHAIN },
    encoding: 'utf8',
  }).trim();
  return { graph: GRAPH_VERSION, rustc, generator: GENERATOR_VERSION };
}

/** Digest of the code that takes fingerprints. */
export function codeDigest() {
  const hash = createHash('sha256');
  const names = readdirSync(objectGraph, { recursive: true }).filter((name) =>
    name.endsWith('.js'),
  );
  for (const name of names.sort()) hash.update(readFileSync(join(objectGraph, name)));
  return hash.digest('hex').slice(0, 16);
}
