import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseMachineFacts, type MachineFacts } from '../machine-facts';

/** A machine that was seen; see the README of the machines. */
export function machine(
  name: 'root' | 'user-namespace' | 'low-limits' | 'seccomp-filter' | 'no-probe',
  changes: Partial<MachineFacts> = {},
): MachineFacts {
  const file = join(__dirname, 'machines', `${name}.txt`);
  return { ...parseMachineFacts(readFileSync(file, 'utf8')), ...changes };
}

/** What is left of the script's output where there is no proc(5): `uname -srm` and `ulimit -n`. */
export const DARWIN = parseMachineFacts(
  '@ kernel\nDarwin 24.6.0 arm64\n@ descriptors\n256\nunlimited\n@ end\n',
);
