import { ObjectGraphError } from './errors';

/**
 * Refuses all that is not a 64-bit little-endian ELF file, and says what it is:
 * what the linkers of other systems and link-time optimisation leave.
 *
 * @param name Of the file, for the message.
 * @throws {ObjectGraphError} `BITCODE`, `NOT_ELF` or `UNSUPPORTED_OBJECT`.
 */
export function refuseForeignFormat(bytes: Uint8Array, name: string): void {
  const magic = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 6));
  const format = FORMATS.find(({ magics }) =>
    magics.some((start) => magic.toString('hex').startsWith(start)),
  )?.name;
  if (format === BITCODE)
    throw new ObjectGraphError('BITCODE', `${name} holds ${BITCODE}, no machine code`);
  if (format !== undefined)
    throw new ObjectGraphError('NOT_ELF', `${name} is ${format}, which is not followed`);
  if (magic.length < 6 || magic.readUInt32BE(0) !== ELF_MAGIC)
    throw new ObjectGraphError('NOT_ELF', `${name} is not an ELF file`);
  const kind =
    magic[4] !== ELFCLASS64 ? '32-bit' : magic[5] !== ELFDATA2LSB ? 'big-endian' : undefined;
  if (kind !== undefined) {
    throw new ObjectGraphError(
      'UNSUPPORTED_OBJECT',
      `${name} is a ${kind} ELF file, which is not followed`,
    );
  }
}

/** The name of a processor in an ELF header (`e_machine`), for messages. */
export function machineName(machine: number): string {
  return MACHINES[machine] ?? `machine ${machine}`;
}

const ELF_MAGIC = 0x7f454c46;
const ELFCLASS64 = 2;
const ELFDATA2LSB = 1;

const BITCODE = 'LLVM bitcode';

/** First bytes in hexadecimal. COFF has none of its own: an object begins with its processor. */
const FORMATS: readonly { readonly name: string; readonly magics: readonly string[] }[] = [
  // As it is, or in a wrapper.
  { name: BITCODE, magics: ['4243c0de', 'dec0170b'] },
  { name: 'a Mach-O file', magics: ['cefaedfe', 'cffaedfe', 'feedface', 'feedfacf'] },
  { name: 'a universal Mach-O file', magics: ['cafebabe', 'cafebabf'] },
  { name: 'a PE file', magics: ['4d5a'] },
  { name: 'a COFF object', magics: ['6486', '64aa', '41a6', '4ea6', '4c01', 'c401', '0000ffff'] },
  { name: 'an XCOFF file', magics: ['01df', '01f7'] },
  { name: 'a WebAssembly file', magics: ['0061736d'] },
];

const MACHINES: Readonly<Record<number, string>> = {
  3: 'x86',
  8: 'mips',
  20: 'powerpc',
  21: 'powerpc64',
  22: 's390x',
  40: 'arm',
  43: 'sparc64',
  62: 'x86_64',
  183: 'aarch64',
  243: 'riscv64',
  247: 'bpf',
  258: 'loongarch64',
};
