import { EXECUTOR_BEHAVIOUR } from '../behaviour';
import { digest } from '../disk-cache';
import { FINGERPRINT_SCHEMA } from '../fingerprint/fingerprint-file';
import { LEDGER_SCHEMA, type KeyParts, type LedgerTest } from './ledger-record';

/** What the code part of a key is made of. */
export function codePart(fingerprint: string): string {
  return `${fingerprint} fingerprints-${FINGERPRINT_SCHEMA} behaviour-${EXECUTOR_BEHAVIOUR}`;
}

/** Options and arguments that bear on a verdict: capture and colour do not. */
export function optionsPart(options: {
  /** Seconds after which a test is killed. */
  readonly killAfterSeconds: number;
  /** `--test-threads`. Default: libtest's own choice. */
  readonly threads?: number;
  /** The test may have shared its process with those of other modules. */
  readonly packed?: boolean;
}): string {
  const packed = options.packed === true ? ', modules packed' : '';
  return `killed after ${options.killAfterSeconds} s, ${options.threads ?? 'usual'} threads${packed}`;
}

/** The key under which a verdict on a test is known. */
export function ledgerKey(test: LedgerTest, parts: KeyParts): string {
  return digest(
    JSON.stringify([
      LEDGER_SCHEMA,
      [test.cargoWorkspace, test.package, test.binary, test.name],
      [parts.code, parts.inputs, parts.machine, parts.options],
    ]),
  );
}

const PART_WORDS: Readonly<Record<keyof KeyParts, string>> = {
  code: 'its code',
  inputs: 'a declared file or variable',
  machine: 'the machine or environment',
  options: 'an option or argument',
};

/** What differs between two keys of one test, in words, for example `its code changed`. */
export function describeDifference(before: KeyParts, after: KeyParts): string {
  const changed = (Object.keys(PART_WORDS) as (keyof KeyParts)[])
    .filter((part) => before[part] !== after[part])
    .map((part) =>
      part === 'code' && withoutSources(before.code) === withoutSources(after.code)
        ? 'a source that it may have compiled'
        : PART_WORDS[part],
    );
  return changed.length === 0 ? 'nothing changed' : `${changed.join(' and ')} changed`;
}

/** A code part without what `fingerprintCompiled` adds for tests that have sources compiled. */
function withoutSources(code: string): string {
  return code.replace(/-compiles-[0-9a-f]+/, '');
}
