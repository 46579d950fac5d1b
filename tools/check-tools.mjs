// Whether the opt-in tools fit what is built: that all of `npm run prove` finds what it
// imports, and that each remedy that `sabotage` takes away stands in the sources.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository } from './setup.mjs';

const parts = readdirSync(join(repository, 'tools/prove')).filter((name) => name.endsWith('.mjs'));
for (const name of parts) await import(`./prove/${name}`);
const { compileGraph } = await import('./prove/edits/sabotaged-graph.mjs');
const { SABOTAGES } = await import('./prove/edits/sabotages.mjs');
const folder = mkdtempSync(join(tmpdir(), 'sabotages-'));
try {
  for (const { changes } of Object.values(SABOTAGES)) compileGraph(folder, changes);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${parts.length} modules, ${Object.keys(SABOTAGES).length} sabotages`);
