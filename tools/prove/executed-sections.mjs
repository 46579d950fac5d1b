// Runs one test under callgrind and says which sections of its executable were executed.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const LIMIT_MS = 180_000;

/**
 * Runs a test binary so that it runs the test of that name alone.
 *
 * @param name A name that no test has runs the harness alone.
 * @param place.folder For callgrind's files; it is emptied.
 * @param find Gives the index of the section at an address, or -1.
 * @returns `{ passed, reason, sections, strays }`: how many tests passed; why not, if so; indices
 *   of sections, sorted; addresses of the executable in no section.
 */
export function executedSections(executable, name, { folder, directory, environment }, find) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { status, signal, error, stdout } = spawnSync(
    'nice',
    [
      'valgrind',
      '-q',
      '--tool=callgrind',
      // By instruction: names of functions are not unique, addresses are.
      '--dump-instr=yes',
      '--compress-pos=no',
      '--compress-strings=no',
      // With the number of the process, as a test may fork.
      `--callgrind-out-file=${join(folder, 'out.%p')}`,
      executable,
      '--exact',
      name,
      '--test-threads=1',
    ],
    {
      cwd: directory,
      env: environment,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
      maxBuffer: 1 << 28,
    },
  );
  if (error !== undefined && error.code !== 'ETIMEDOUT') throw error;
  if (error !== undefined) return failure(`takes more than ${LIMIT_MS / 1000} s`);
  if (signal !== null) return failure(`is ended by ${signal}`);
  const passed = /^test result: ok\. (\d+) passed/m.exec(stdout)?.[1];
  if (status !== 0 || passed === undefined) return failure(`fails with status ${status}`);
  const sections = new Set();
  const strays = new Set();
  // As callgrind names it.
  const path = realpathSync(executable);
  for (const file of readdirSync(folder))
    readProfile(readFileSync(join(folder, file), 'latin1'), path, find, sections, strays);
  rmSync(folder, { recursive: true, force: true });
  return {
    passed: Number(passed),
    reason: undefined,
    sections: [...sections].sort((a, b) => a - b),
    strays: [...strays].sort((a, b) => a - b),
  };
}

function failure(reason) {
  return { passed: 0, reason: `${reason} under valgrind`, sections: [], strays: [] };
}

/** `ob=` says in which file the addresses of the lines that follow lie; callgrind has taken the load address off. */
function readProfile(text, executable, find, sections, strays) {
  if (!text.startsWith('# callgrind format') || !/^positions: instr line$/m.test(text))
    throw new Error('callgrind wrote a file of another form');
  let isOurs = false;
  let start = 0;
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    if (text.startsWith('ob=', start)) {
      isOurs = text.slice(start + 3, end) === executable;
    } else if (isOurs && text.startsWith('0x', start)) {
      const address = parseInt(text.slice(start + 2, text.indexOf(' ', start)), 16);
      const section = find(address);
      if (section < 0) strays.add(address);
      else sections.add(section);
    }
    start = end + 1;
  }
}
