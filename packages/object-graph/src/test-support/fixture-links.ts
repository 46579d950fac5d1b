import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ObjectGraphError } from '../errors';
import { fingerprintProgram, fingerprintTests } from '../fingerprint-tests';
import type { Link } from '../linked-program';

/**
 * Files of `fixtures` that are linked, in their order: `NAME-VARIANT` is an
 * object of `linked`, `elf/NAME-VARIANT` one of `elf`, `foreign/NAME` one for no
 * machine in particular; a name with an ending is a file of that very name.
 * `standard-library-0` comes with the toolchain, all else is of the workspace.
 */
export type FixtureFiles = readonly string[];

/** What fingerprints of small links have to come to. */
export interface FixtureCase {
  readonly what: string;
  /** Default: both. */
  readonly machines?: readonly Machine[];
  /** Default: `elf/program`, which imports and exports nothing. */
  readonly executable?: string;
  /** Whether the files of the workspace were compiled with optimisation. Default: false. */
  readonly optimized?: boolean;
  /** The tests that are fingerprinted. Default: the program's `main`. */
  readonly tests?: readonly string[];
  readonly base: FixtureFiles;
  /** Links that behave as the base does. */
  readonly same?: readonly FixtureFiles[];
  /** Links of which each behaves unlike the base. */
  readonly other?: readonly FixtureFiles[];
  /** Links that behave unlike the base, which may also be refused: their meaning is the linker's own affair. */
  readonly otherOrRefused?: readonly FixtureFiles[];
  /** Links that are not followed, with the code of the error. */
  readonly refused?: readonly (readonly [files: FixtureFiles, code: string])[];
}

export type Machine = 'x86_64' | 'aarch64';
export const MACHINES: readonly Machine[] = ['x86_64', 'aarch64'];

/** What a case expects and what comes of it, as two values to compare: `same` or `other` than the base, or a code, by files. */
export function judgeFixtureCase(
  given: FixtureCase,
  machine: Machine,
): { expected: Record<string, string>; actual: Record<string, string> } {
  const expected: Record<string, string> = {};
  const actual: Record<string, string> = {};
  const base = resultOf(given, given.base, machine);
  const judge = (files: FixtureFiles, expectation: string, name = files.join(' ')): void => {
    const result = resultOf(given, files, machine);
    const verdict =
      'code' in result ? result.code : result.digest === base.digest ? 'same' : 'other';
    const isAllowed = expectation === OTHER_OR_REFUSED && verdict !== 'same';
    expected[name] = expectation;
    actual[name] = isAllowed ? expectation : verdict;
  };
  // The base itself has to be followed, or what is the same or other would be vacuous.
  if ((given.same ?? given.other) !== undefined && base.code !== undefined)
    actual['base'] = base.code;
  for (const files of given.same ?? []) judge(files, 'same');
  for (const files of given.other ?? []) judge(files, 'other');
  for (const files of given.otherOrRefused ?? []) judge(files, OTHER_OR_REFUSED);
  for (const [files, code] of given.refused ?? []) judge(files, code);
  return { expected, actual };
}

const OTHER_OR_REFUSED = 'other or refused';

function resultOf(
  { tests, optimized, executable }: FixtureCase,
  files: FixtureFiles,
  machine: Machine,
): { digest?: string; code?: string } {
  const link: Link = {
    files: files.map((name) => ({
      name,
      bytes: readFixture(name, machine),
      optimized: optimized ?? false,
      isStandard: name.startsWith('standard-library'),
      isWorkspace: !name.startsWith('standard-library'),
    })),
    executable: readFixture(executable ?? 'elf/program', machine),
  };
  try {
    if (tests === undefined) return { digest: fingerprintProgram(link) };
    const { fingerprints, unknown } = fingerprintTests(link, tests);
    return unknown.size > 0
      ? { code: [...unknown.values()].join() }
      : { digest: [...fingerprints.values()].join() };
  } catch (error) {
    if (error instanceof ObjectGraphError) return { code: error.code };
    throw error;
  }
}

function readFixture(name: string, machine: Machine): Uint8Array {
  const [last, folder = 'linked'] = name.split('/').reverse() as [string, string?];
  const path = join(FIXTURES, folder, folder === 'foreign' ? '' : machine, last);
  return readFileSync(existsSync(path) ? path : `${path}.o`);
}

const FIXTURES = join(__dirname, '../../fixtures');
