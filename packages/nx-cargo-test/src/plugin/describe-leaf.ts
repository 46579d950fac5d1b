import type { DiscoveredTests } from '../module/discover-tests';
import { moduleIdentity, type Leaf } from '../module/test-module';
import { countOf } from '../count-of';
import type { PackageBinary } from './package-request';

/** What Nx shows of the target of a leaf. */
export function describeLeaf({ binary, scope }: Leaf, binaries: readonly PackageBinary[]): string {
  const found = binaries.find(
    (each) => each.binary.kind === binary.kind && each.binary.name === binary.name,
  );
  const modules = found?.discovered.modules ?? [];
  switch (scope.type) {
    case 'rest':
      return `Tests of ${binary.name} that no source shows, such as those that macros make${unread(found)}`;
    case 'module': {
      const own = modules.filter(({ path }) => moduleIdentity(path) === scope.path);
      const where = scope.path === '' ? 'crate root' : `module ${scope.path}`;
      return `${binary.name}, ${where}: ${countOf(testCount(own), 'test')} in source`;
    }
    case 'binary': {
      const kind = binaryWords[binary.kind];
      return found?.harness === false
        ? `${kind} ${binary.name}: one test, judged by its exit status`
        : `${kind} ${binary.name}: ${countOf(testCount(modules), 'test')} in source${unread(found)}`;
    }
  }
}

/** What discovery could not see, so that nobody wonders where a module's target is. */
function unread(found: PackageBinary | undefined): string {
  const notes = found?.discovered.notes ?? [];
  const shown = notes.slice(0, 3).map(({ file, message }) => `${file}: ${message}`);
  if (notes.length > shown.length) shown.push(`${notes.length - shown.length} more`);
  return shown.length === 0 ? '' : `; source not seen in full: ${shown.join('; ')}`;
}

const binaryWords = {
  lib: 'Library',
  bin: 'Binary',
  example: 'Example',
  test: 'Integration test',
  bench: 'Benchmark',
} as const;

function testCount(modules: DiscoveredTests['modules']): number {
  return modules.reduce((sum, { tests }) => sum + new Set(tests.map(({ name }) => name)).size, 0);
}
