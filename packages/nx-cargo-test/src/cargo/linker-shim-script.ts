import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { shellWord } from '../shell-word';

/** Environment variable that names the folder into which a stand-in records links. */
export const CAPTURE_VARIABLE = 'NX_CARGO_TEST_CAPTURE';

/**
 * The shell script that stands in for a linker; `shell/linker-shim.sh` says what
 * it records.
 *
 * @param program Absolute path of the real linker.
 * @param folder The stand-in's own folder, which the real linker must not find in its `PATH`.
 */
export function linkerShimScript(program: string, folder: string): string {
  return readScript('linker-shim.sh')
    .replace('@PROGRAM@', () => shellWord(program))
    .replace('@FOLDER@', () => shellWord(folder));
}

/** The shell script that stands in for cargo's target runner; see `shell/run-recorder.sh`. */
export function runRecorderScript(): string {
  return readScript('run-recorder.sh');
}

function readScript(name: string): string {
  return readFileSync(join(__dirname, '../../shell', name), 'utf8');
}
