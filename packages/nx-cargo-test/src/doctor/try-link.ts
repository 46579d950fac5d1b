import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withPrivateFolder } from '../run/private-folder';
import type { AskProgram } from './ask-program';
import type { ProgramAnswer } from './program-answer';

/** Compiling and linking on a busy machine takes longer than telling a version. */
const SECONDS = 60;

/**
 * Has cargo build a program of one line, as it is configured in a folder: a linker that tells
 * its version may still lack what it links by. Nothing of it stays.
 *
 * @param folder Absolute path.
 */
export function tryLink(ask: AskProgram, folder: string): Promise<ProgramAnswer> {
  return withPrivateFolder(async (own) => {
    const manifest = join(own, 'Cargo.toml');
    await mkdir(join(own, 'src'));
    await writeFile(join(own, 'src/main.rs'), 'fn main() {}\n');
    await writeFile(
      manifest,
      '[package]\nname = "trial"\nversion = "0.0.0"\nedition = "2018"\n\n[workspace]\n',
    );
    const place = ['--manifest-path', manifest, '--target-dir', join(own, 'target')];
    return ask({
      ...{ file: 'cargo', args: ['build', '--quiet', '--offline', ...place], folder },
      seconds: SECONDS,
    });
  });
}
