import { CargoTestError } from '../errors';

/** What a user's arguments after `--` ask for. */
export interface TestArguments {
  /** Passed on to libtest as they are. */
  readonly flags: readonly string[];
  /** A test is selected when it matches one of them; empty selects all. */
  readonly filters: readonly string[];
  /** A test that matches one of them is not selected. */
  readonly skips: readonly string[];
  /** Filters and skips are whole names instead of parts of names. */
  readonly exact: boolean;
  /** Which tests run as regards `#[ignore]`. */
  readonly ignored: 'skip' | 'include' | 'only';
  /** `--test-threads`. Default: libtest's own choice. */
  readonly threads?: number;
  /** Tests run in random order. */
  readonly shuffled: boolean;
  /** The user wants to see the output of tests that pass, too. */
  readonly showOutput: boolean;
}

const refused: Readonly<Record<string, string>> = {
  '--list': 'it lists tests instead of running them',
  '--logfile': 'the verdicts are read from a log file of our own',
  '--bench': 'benchmarks have no verdict',
  '--help': 'it prints help instead of running tests',
  '-h': 'it prints help instead of running tests',
  '--exclude-should-panic': 'it deselects tests without saying which',
};

const withValue = ['--test-threads', '--skip', '--color', '--format', '--shuffle-seed', '-Z'];

/**
 * Reads arguments as libtest does. Selection is taken out of them, because we
 * pass the selected tests by exact name; all other flags stay.
 *
 * @throws {CargoTestError} `INVALID_OPTIONS` for a flag that can't work together
 * with our way to reach a verdict.
 */
export function parseTestArguments(args: readonly string[]): TestArguments {
  const flags: string[] = [];
  const filters: string[] = [];
  const skips: string[] = [];
  let exact = false;
  let ignored: TestArguments['ignored'] = 'skip';
  let threads: number | undefined;
  let shuffled = false;
  let showOutput = false;

  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] ?? '';
    if (argument === '--') {
      filters.push(...args.slice(index + 1));
      break;
    }
    if (!argument.startsWith('-') || argument === '-') {
      filters.push(argument);
      continue;
    }
    const equals = argument.startsWith('--') ? argument.indexOf('=') : -1;
    const name = equals < 0 ? argument : argument.slice(0, equals);
    let value = equals < 0 ? undefined : argument.slice(equals + 1);
    if (value === undefined && withValue.includes(name)) {
      index += 1;
      value = args[index];
      if (value === undefined) throw refusal(argument, 'it needs a value');
    }
    const reason = refused[name];
    if (reason !== undefined) throw refusal(argument, reason);
    switch (name) {
      case '--skip':
        skips.push(value ?? '');
        continue;
      case '--exact':
        exact = true;
        continue;
      case '--format':
        if (value !== 'pretty' && value !== 'terse') {
          throw refusal(`--format ${value}`, 'only the formats pretty and terse are readable here');
        }
        break;
      case '--test-threads':
        if (!/^[1-9]\d*$/.test(value ?? '')) {
          throw refusal(`--test-threads ${value}`, 'expected a positive integer');
        }
        threads = Number(value);
        break;
      case '--ignored':
        if (ignored !== 'include') ignored = 'only';
        break;
      case '--include-ignored':
        ignored = 'include';
        break;
      case '--shuffle':
      case '--shuffle-seed':
        shuffled = true;
        break;
      case '--nocapture':
      case '--no-capture':
      case '--show-output':
        showOutput = true;
        break;
    }
    if (equals < 0 && value !== undefined) flags.push(name, value);
    else flags.push(argument);
  }
  return {
    flags,
    filters,
    skips,
    exact,
    ignored,
    shuffled,
    showOutput,
    ...(threads === undefined ? {} : { threads }),
  };
}

/** Flags that leave every verdict as it is. */
const flagsOfDisplay = ['--nocapture', '--no-capture', '--show-output', '--color'];

/**
 * The first argument that makes a run another than the one whose verdicts the
 * ledger knows: any but those about captured output, colour and the number of
 * threads. Undefined without one.
 */
export function argumentBeyondLedger(args: readonly string[]): string | undefined {
  return args.find((argument, index) => {
    const name = argument.replace(/=.*$/s, '');
    if (flagsOfDisplay.includes(name) || name === '--test-threads') return false;
    const before = args[index - 1] ?? '';
    return before !== '--color' && before !== '--test-threads';
  });
}

/** Why a listed test is not selected, or undefined when it is. */
export function reasonNotSelected(
  test: { readonly name: string; readonly ignored: boolean },
  args: TestArguments,
): string | undefined {
  const matches = (pattern: string): boolean =>
    args.exact ? test.name === pattern : test.name.includes(pattern);
  if (args.filters.length > 0 && !args.filters.some(matches)) return 'matches no filter';
  const skip = args.skips.find(matches);
  if (skip !== undefined) return `--skip ${skip}`;
  if (args.ignored === 'only' && !test.ignored) return '--ignored';
  return undefined;
}

function refusal(argument: string, reason: string): CargoTestError {
  return new CargoTestError(
    'INVALID_OPTIONS',
    `${argument} cannot be passed to the tests: ${reason}`,
  );
}
