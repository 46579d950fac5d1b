import { CargoTestError } from '../errors';
import type { RunProgram } from '../cargo/run-program';

/** A test as its binary lists it. */
export interface ListedTest {
  readonly name: string;
  readonly ignored: boolean;
}

/** A test binary and how to run it. */
export interface ListRequest {
  /** Runner and its arguments, then the executable. */
  readonly command: readonly string[];
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Asks a libtest binary for its tests, sorted by name. None at all is a valid answer.
 *
 * @throws {CargoTestError} `LISTING_FAILED` if the binary fails, or writes a line that is no listing.
 */
export async function listTests(run: RunProgram, request: ListRequest): Promise<ListedTest[]> {
  const [all, ignored] = await Promise.all([
    listNames(run, request, []),
    listNames(run, request, ['--ignored']),
  ]);
  const known = new Set(all);
  if (known.size !== all.length) {
    const twice = all.find((name, index) => all.indexOf(name) !== index);
    throw new CargoTestError(
      'LISTING_FAILED',
      `${executable(request)} lists the test ${twice} twice, so its verdict would be ambiguous`,
    );
  }
  const stray = ignored.find((name) => !known.has(name));
  if (stray !== undefined) {
    throw new CargoTestError(
      'LISTING_FAILED',
      `${executable(request)} lists ${stray} as ignored, but not among all its tests`,
    );
  }
  const skipped = new Set(ignored);
  return [...known].sort().map((name) => ({ name, ignored: skipped.has(name) }));
}

async function listNames(
  run: RunProgram,
  request: ListRequest,
  extra: readonly string[],
): Promise<string[]> {
  const [file = '', ...args] = [...request.command, '--list', '--format', 'terse', ...extra];
  const end = await run({ file, args, ...request });
  if (end.code !== 0) {
    throw new CargoTestError(
      'LISTING_FAILED',
      `${[file, ...args].join(' ')} failed (${end.description})\n${end.stdout}${end.stderr}`,
    );
  }
  return end.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const name = /^(.+): (?:test|benchmark)$/.exec(line)?.[1];
      if (name === undefined) {
        throw new CargoTestError(
          'LISTING_FAILED',
          `${executable(request)} wrote a line that is no listing of a test: ${JSON.stringify(line)}; ` +
            'a target with a main function of its own needs `harness = false` in Cargo.toml',
        );
      }
      return name;
    });
}

function executable(request: ListRequest): string {
  return request.command.at(-1) ?? '';
}
