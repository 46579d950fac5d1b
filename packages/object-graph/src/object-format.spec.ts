import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ObjectGraphError } from './errors';
import { fingerprintProgram } from './fingerprint-tests';
import type { Link } from './linked-program';

interface ForeignCase {
  readonly name: string;
  readonly code: string;
  /** What the message says that the file is. */
  readonly says: string;
}

const fixtures = join(__dirname, '../fixtures');
const cases = JSON.parse(
  readFileSync(join(fixtures, 'foreign/cases.json'), 'utf8'),
) as readonly ForeignCase[];
const own = readFileSync(join(fixtures, 'elf/x86_64/alias-0.o'));
const program = readFileSync(join(fixtures, 'elf/x86_64/program'));

const linkOf = (objects: readonly Uint8Array[], executable: Uint8Array): Link => ({
  files: objects.map((bytes, index) => ({
    name: `input ${index}`,
    bytes,
    optimized: false,
    isStandard: false,
    isWorkspace: true,
  })),
  executable,
});

/** An archive of one member without an index, so that the member is read for its names. */
function archiveOf(bytes: Uint8Array): Uint8Array {
  const header = `${'member.o/'.padEnd(48)}${String(bytes.length).padEnd(10)}\`\n`;
  return Buffer.concat([Buffer.from(`!<arch>\n${header}`), bytes, Buffer.alloc(bytes.length % 2)]);
}

function refusal(link: Link): ObjectGraphError | undefined {
  try {
    fingerprintProgram(link);
  } catch (error) {
    if (error instanceof ObjectGraphError) return error;
    throw error;
  }
  return undefined;
}

describe.each(cases)('$name', ({ name, code, says }) => {
  const foreign = readFileSync(join(fixtures, 'foreign', `${name}.o`));

  test.each([
    ['an object', linkOf([own, foreign], program)],
    ['a member of an archive', linkOf([own, archiveOf(foreign)], program)],
    ['all of the link', linkOf([foreign], foreign)],
    ['the executable alone', linkOf([own], foreign)],
  ])('is refused as %s', (_, link) => {
    const error = refusal(link);
    expect(error?.code).toBe(code);
    expect(error?.message).toContain(says);
  });
});

test('objects of the two processors that are followed do not mix', () => {
  const other = readFileSync(join(fixtures, 'elf/aarch64/alias-0.o'));
  const error = refusal(linkOf([own, other], program));
  expect(error?.code).toBe('UNSUPPORTED_OBJECT');
  expect(error?.message).toContain('aarch64');
});

test('files that end within their first bytes, or have none that are known', () => {
  for (const name of ['elf/x86_64/program', ...cases.map((file) => `foreign/${file.name}.o`)]) {
    const whole = readFileSync(join(fixtures, name));
    for (let length = 0; length < 20; length++) {
      expect(refusal(linkOf([own, whole.subarray(0, length)], program))).toBeDefined();
    }
  }
  expect(refusal(linkOf([Buffer.from('INPUT(libc.so.6)')], program))?.code).toBe('NOT_ELF');
});
