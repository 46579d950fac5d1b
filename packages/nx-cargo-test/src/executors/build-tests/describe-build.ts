import type { BuiltTests } from '../../build/build-test-binaries';
import { countOf } from '../../count-of';

/** What a user sees of a finished build, after cargo's own output. */
export function describeBuild(built: BuiltTests): string {
  const { manifest, widened, compiling, remade, cargoMilliseconds, totalMilliseconds } = built;
  const tests = manifest.leaves.reduce((sum, leaf) => sum + leaf.tests.length, 0);
  const withTests = manifest.leaves.filter((leaf) => leaf.tests.length > 0).length;
  const absent = built.fingerprints.flatMap(({ content }) =>
    content.absent === undefined || content.leaf === 'lib?rest'
      ? []
      : [`  ${content.leaf}: no tests, ${content.absent}`],
  );
  return [
    `${manifest.package}: fingerprints of ${countOf(tests, 'test')} in ${countOf(withTests, 'target')}; ` +
      `cargo took ${seconds(cargoMilliseconds)}, the rest ${seconds(totalMilliseconds - cargoMilliseconds)}`,
    ...widened.map(
      ({ reason, count: number }) =>
        `  ${countOf(number, 'test')} depend on the whole binary: ${reason}`,
    ),
    ...compiling.map(
      ({ reason: crates, count: number }) =>
        `  every source counts for ${countOf(number, 'test')}, which may have some compiled (${crates})`,
    ),
    ...remade.map(
      ({ name, changed }) =>
        `  ${name} was made again, since cargo had not noticed changes of ${someOf(changed)}`,
    ),
    ...absent,
  ].join('\n');
}

function someOf(files: readonly string[]): string {
  const more = files.length - SHOWN_FILES;
  return `${files.slice(0, SHOWN_FILES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const SHOWN_FILES = 3;

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
