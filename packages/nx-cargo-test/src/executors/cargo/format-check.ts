import type { ExecutorContext } from '@nx/devkit';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { assertSourcesAsHashed, readHashedSources } from '../../build/hashed-sources';
import { assertInputsCovered } from '../../build/input-coverage';
import { takeSnapshot } from '../../build/source-snapshot';
import { runProgram } from '../../cargo/run-program';
import { CargoTestError } from '../../errors';
import { commandStart } from '../../process/command-start';
import { targetCovers } from '../assert-target-inputs';
import { projectFolder } from '../test-module/options';
import type { SuccessCheck } from './success-check';

/**
 * Opens the check of `fmt-check`: rustfmt follows `mod` declarations wherever they lead, and
 * names each file that it looks at.
 *
 * @param environment That cargo is started with.
 */
export function openFormatCheck(
  context: ExecutorContext,
  environment: Readonly<Record<string, string>>,
): SuccessCheck {
  const workspaceRoot = realpathSync(context.root);
  const folder = join(workspaceRoot, projectFolder(context, context.projectName ?? ''));
  const hashed = readHashedSources(takeSnapshot([folder]).keys(), commandStart());
  return {
    arguments: { forCargo: [], forTool: ['--verbose'] },
    shown: (stdout) => stdout.replaceAll(OWN_LINE, '').replaceAll(LINE_END, ''),
    mustRunAgain: async (stdout) => {
      const files = [...stdout.matchAll(FORMATTING)].map(([, file = '']) => file);
      if (files.length === 0) {
        throw new CargoTestError(
          'COMMAND_FAILED',
          `${context.projectName}:${context.targetName}: rustfmt named no file that it looked at`,
        );
      }
      await assertInputsCovered({
        inputs: { files: files.map((name) => ({ name, reader: 'rustfmt' })), variables: [] },
        workspaceRoot,
        ...targetCovers(context),
        ...{ printedFiles: [], derivedFolders: [], declaredVariables: [], setVariables: new Set() },
        environment,
        run: runProgram,
      });
      assertSourcesAsHashed(files, hashed);
      return false;
    },
  };
}

/** What rustfmt says because it is asked to name files. */
const FORMATTING = /^Formatting (.+)$/gm;
const OWN_LINE = /^(?:Formatting .+|Using rustfmt .+|Spent [\d.]+ secs in the parsing phase.*)\n/gm;
/** By which it shows each line's end then. */
const LINE_END = /⏎$/gm;
