import { CargoTestError } from '../errors';

/** A doc test as rustdoc lists it. */
export interface DocTest {
  /** Unlike any other of the package: the name, with a number from the second of the same name on. */
  readonly id: string;
  /** rustdoc's name, such as `src/lib.rs - task::Arena (line 12)`. */
  readonly name: string;
}

/**
 * Reads what rustdoc said about its doc tests when it was asked to list them.
 * rustdoc may list them in several parts, one for each way to compile them.
 *
 * @param log What it wrote to the file given by `--logfile`: `test NAME` for each.
 * @param stdout Standard output, which holds a count of each part. It makes sure
 *   that nothing is missing, above all when no test is listed.
 * @throws {CargoTestError} `LISTING_FAILED` if the two do not fit together.
 */
export function parseDocListing(log: string, stdout: string): DocTest[] {
  const names = log
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const name = /^(?:test|benchmark|bench) (.+)$/.exec(line)?.[1];
      if (name !== undefined) return name;
      throw failed(`rustdoc's list has a line that is no doc test: ${JSON.stringify(line)}`);
    });
  const counts = [...stdout.matchAll(/^(\d+) tests?, (\d+) benchmarks?$/gm)];
  if (counts.length === 0) {
    throw failed(`rustdoc did not say how many doc tests there are; it wrote:\n${stdout}`);
  }
  const sum = counts.reduce(
    (total, [, tests, benches]) => total + Number(tests) + Number(benches),
    0,
  );
  if (sum !== names.length) {
    throw failed(`rustdoc listed ${names.length} doc tests, but counted ${sum}`);
  }
  return identify(names);
}

function identify(names: readonly string[]): DocTest[] {
  const seen = new Map<string, number>();
  const taken = new Set(names);
  return [...names].sort(byBytes).map((name) => {
    let count = (seen.get(name) ?? 0) + 1;
    let id = name;
    if (count > 1) {
      while (taken.has(`${name} #${count}`)) count += 1;
      id = `${name} #${count}`;
    }
    seen.set(name, count);
    return { id, name };
  });
}

function failed(message: string): CargoTestError {
  return new CargoTestError('LISTING_FAILED', message);
}

/** Rust compares strings by their UTF-8 bytes. */
function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
