import { replaceFile } from '../replace-file';
import { formatResultFile, type ResultFile } from './result-file';

/** Keeps a results file on disk up to date while verdicts come in. */
export interface ResultWriter {
  /** Writes the present state unless one was written within the last second. */
  progress(content: () => ResultFile): Promise<void>;
  /** Writes the state, whatever was written before. */
  write(content: ResultFile): Promise<void>;
}

/**
 * A writer for one file. Readers see the old or the new content, never a part:
 * each write goes to a file beside it that then takes its name.
 */
export function createResultWriter(file: string): ResultWriter {
  let lastWrite = -Infinity;
  const write = async (content: ResultFile): Promise<void> => {
    await replaceFile(file, formatResultFile(content));
    lastWrite = performance.now();
  };
  return {
    write,
    async progress(content) {
      if (performance.now() - lastWrite >= 1000) await write(content());
    },
  };
}
