import { ledgerKey } from '../../ledger/ledger-key';
import type {
  KeyParts,
  LedgerTest,
  PassRecord,
  RevocationRecord,
} from '../../ledger/ledger-record';

type PassParts = Partial<Omit<PassRecord, 'type' | 'key' | 'parts' | 'test'>> & {
  readonly parts?: Partial<KeyParts>;
  readonly test?: Partial<LedgerTest>;
};

/** A pass of a test of glommio, with its key. */
export function passOf(name: string, { parts, test, ...rest }: PassParts = {}): PassRecord {
  const whole = { cargoWorkspace: '.', package: 'glommio', binary: 'lib:glommio', name, ...test };
  const allParts = {
    code: 'code-1',
    inputs: 'inputs-1',
    machine: 'machine-1',
    options: 'killed after 300 s, usual threads',
    ...parts,
  };
  return {
    type: 'pass',
    key: ledgerKey(whole, allParts),
    test: whole,
    at: '2026-11-23T10:00:00.000Z',
    commit: '1a2b3c4d5e6f708192a3b4c5d6e7f80912345678',
    localChanges: false,
    machine: 'linux 6.1 x64, native',
    parts: allParts,
    seconds: 0.25,
    supersedes: [],
    ...rest,
  };
}

/** A failure of a test under the key of a pass. */
export function failureOf(pass: PassRecord, id: string, why = 'failed'): RevocationRecord {
  const { key, test, at, commit, localChanges, machine } = pass;
  return {
    ...{ type: 'revocation', key, test, at, localChanges, machine, id, why },
    ...(commit === undefined ? {} : { commit }),
  };
}
