import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { repository } from './setup.mjs';

/** Says what comes next, apart from the output of programs. */
export function narrate(text) {
  console.log(`\n\x1b[1m${text}\x1b[0m`);
}

/** Runs an Nx command, shows its output, and returns it with the exit status. */
export function nx(args, { folder = repository, environment = {} } = {}) {
  console.log(`\x1b[2m$ nx ${args.join(' ')}\x1b[0m`);
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(repository, 'node_modules/nx/dist/bin/nx.js'), ...args],
    {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NX_TUI: 'false', ...environment },
    },
  );
  process.stdout.write(stdout);
  return { status, output: stripVTControlCharacters(stdout) };
}

/** The module targets in Nx's output, those that ran apart from those that came from the cache. */
export function reportedModules(output) {
  const run = new Set();
  const cached = new Set();
  for (const [, target, note] of output.matchAll(/^(?:>|✔ |✖ ) nx run [^:\s]+:(test-\S+)(.*)$/gm)) {
    (note.includes('cache]') ? cached : run).add(target);
  }
  return { run: [...run].sort(), cached: [...cached].sort() };
}
