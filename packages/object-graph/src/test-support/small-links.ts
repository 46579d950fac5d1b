import * as elf from '../elf/constants';
import { ObjectGraphError } from '../errors';
import { fingerprintProgram } from '../fingerprint-tests';
import type { Link, LinkedFile } from '../linked-program';
import { buildExecutable, buildObject } from './build-object';
import type { ObjectPlan, SectionPlan } from './build-object';

/** Flags of a section of code. */
export const CODE = elf.SHF_ALLOC | elf.SHF_EXECINSTR;
/** The executable of {@link linkOf}. */
export const EXECUTABLE = buildExecutable(['outside']);

/** A file of a link as it comes from a crate of the workspace. */
export function fileOf(bytes: Uint8Array): LinkedFile {
  return { name: 'sample', bytes, optimized: false, isStandard: false, isWorkspace: true };
}

/** A link of some files, whose executable takes `outside` from a shared library. */
export function linkOf(...files: readonly Uint8Array[]): Link {
  return { files: files.map(fileOf), executable: EXECUTABLE };
}

/** The code of the error, or `read`. */
export function codeOf(link: Link): string {
  try {
    fingerprintProgram(link, true);
  } catch (error) {
    if (error instanceof ObjectGraphError) return error.code;
    throw error;
  }
  return 'read';
}

/** A section of code called `.text.NAME`. */
export const code = (name: string, text = name, more: Partial<SectionPlan> = {}): SectionPlan => ({
  name: `.text.${name}`,
  flags: CODE,
  content: Buffer.from(text.padEnd(16)),
  ...more,
});

/** A `main` that refers to `target`, the second symbol. */
export const caller = (target: string, more: ObjectPlan = {}): Buffer =>
  buildObject({
    sections: [code('main', 'main', { relocations: [{ offset: 4, symbol: 2 }] })],
    symbols: [{ name: 'main', section: 1 }, { name: target }],
    ...more,
  });

/** An object that defines a function. */
export const definition = (name: string, text: string, binding: number = elf.STB_GLOBAL): Buffer =>
  buildObject({ sections: [code(name, text)], symbols: [{ name, section: 1, binding }] });
