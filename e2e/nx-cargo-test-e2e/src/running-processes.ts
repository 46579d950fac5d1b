import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/** A process of this machine, as `/proc` shows it. */
export interface RunningProcess {
  readonly id: number;
  /** Its arguments, the program first. */
  readonly args: readonly string[];
}

/**
 * Processes whose working folder or arguments lie below a folder, without those that
 * have ended and wait for their parent only.
 *
 * @param folder Absolute path.
 */
export function processesBelow(folder: string): RunningProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      try {
        // A process that has ended has neither arguments nor a working folder.
        const text = readFileSync(`/proc/${name}/cmdline`, 'utf8');
        if (!`${readlinkSync(`/proc/${name}/cwd`)}\n${text}`.includes(folder)) return [];
        return [{ id: Number(name), args: text.split('\0').slice(0, -1) }];
      } catch {
        // It has ended since the folder was listed.
        return [];
      }
    });
}

/** The process in which Nx runs the modules of a run. */
export const isBatchWorker = ({ args }: RunningProcess): boolean =>
  args.some((argument) => argument.endsWith('/batch/run-batch.js'));

/** A test binary, or its target runner, that runs tests. */
export const isTestProcess = ({ args }: RunningProcess): boolean => args.includes('--logfile');

/** Ends a process by SIGKILL; false if it is not there any more. */
export function killNow(id: number): boolean {
  try {
    process.kill(id, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}
