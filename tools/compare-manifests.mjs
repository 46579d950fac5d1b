// Compares what the plugin reads of Cargo.toml files without cargo with what `cargo metadata`
// says, for every package below the folders given. Default: the registry sources in cargo's home.
//
//   node tools/compare-manifests.mjs [folder…] [--limit=N]
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readManifestMetadata } from '../packages/nx-cargo-test/dist/cargo/manifest-metadata.js';
import { readCargoMetadata } from '../packages/nx-cargo-test/dist/cargo/metadata.js';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { limit: { type: 'string' } },
});
const cargoHome = process.env.CARGO_HOME ?? join(homedir(), '.cargo');
const sources = join(cargoHome, 'registry/src');
const folders =
  positionals.length > 0
    ? positionals.map((folder) => resolve(folder))
    : readdirSync(sources).map((name) => join(sources, name));
const manifests = folders
  .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name, 'Cargo.toml')))
  .filter((file) => existsSync(file))
  .map((file) => realpathSync(file))
  .slice(0, values.limit === undefined ? undefined : Number(values.limit));

const counts = { same: 0, differ: 0, 'refused by cargo': 0 };
for (const file of manifests) {
  const expected = await readCargoMetadata(file).catch(() => undefined);
  if (expected === undefined) {
    counts['refused by cargo'] += 1;
    continue;
  }
  const wanted = comparable(expected);
  const found = attempt(() => comparable(readManifestMetadata(file, cargoHome, process.env)));
  if (found === wanted) {
    counts.same += 1;
    continue;
  }
  counts.differ += 1;
  console.log(`${file}\n  cargo:      ${wanted}\n  Cargo.toml: ${found}`);
}
console.log(
  Object.entries(counts)
    .map(([name, count]) => `${name}: ${count}`)
    .join(', '),
);
process.exitCode = counts.differ > 0 || counts.same === 0 ? 1 : 0;

/** Targets and dependencies are listed in an order that means nothing, and features are asked of cargo only. */
function comparable({ packages, ...rest }) {
  const sorted = (values) => [...values].sort((a, b) => (text(a) < text(b) ? -1 : 1));
  return text({
    ...rest,
    packages: packages.map(({ features: _, ...each }) => ({
      ...each,
      targets: sorted(each.targets),
      pathDependencies: sorted(each.pathDependencies),
    })),
  });
}

/** As JSON with sorted keys. */
function text(value) {
  return JSON.stringify(value, (_, each) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}

function attempt(compute) {
  try {
    return compute();
  } catch (error) {
    return String(error);
  }
}
