import { PIECE } from './object-table';

/** Begins the name of the file in which Linux shows a process its environment, below `/proc`. */
const PART = 'envi';
const FILE = 'environ';
/** By this, the standard library asks for the size of a thread's stack. */
const MINIMUM_STACK = 'RUST_MIN_STACK';
/** Ends the name of the file in which Linux shows a process its program. */
const OWN_PROGRAM = 'self/exe';
/** Size of the constants that code loads into registers. */
const LONGEST_OPERAND = 64;

/** Where in a file the texts begin without which {@link environmentRole} tells nothing of a piece. */
export const ENVIRONMENT_TEXTS: readonly string[] = [PART, MINIMUM_STACK, OWN_PROGRAM];

/** What a piece's content tells of reading the environment, and of finding the own program, as bits of `PIECE`. */
export function environmentRole(content: Uint8Array, isCode: boolean): number {
  const buffer = asBuffer(content);
  if (!isCode && buffer.length === MINIMUM_STACK.length && buffer.equals(MINIMUM_STACK_BYTES))
    return PIECE.minimumStack;
  let role = buffer.includes(OWN_PROGRAM) ? PIECE.findsProgram : 0;
  // Optimised code may hold a text in its instructions and their operands, a few bytes in each.
  const isInParts = isCode || buffer.length <= LONGEST_OPERAND;
  if (isInParts && buffer.includes(PART)) role |= PIECE.mayNameEnvironment;
  for (let at = buffer.indexOf(FILE); at >= 0; at = buffer.indexOf(FILE, at + 1)) {
    const next = buffer[at + FILE.length] ?? 0;
    // Not `environment`, of which messages speak.
    if (!/[a-z]/.test(String.fromCharCode(next))) return role | PIECE.namesEnvironment;
  }
  return role;
}

const MINIMUM_STACK_BYTES = Buffer.from(MINIMUM_STACK);

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
