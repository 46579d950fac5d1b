import { CargoTestError } from '../errors';
import type { SpawnSupervised } from '../process/supervise-group';

/** What limactl answered. */
export interface LimactlAnswer {
  /** Null when a signal ended it. */
  readonly exitStatus: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs limactl with nothing on its standard input, to its end. */
export type RunLimactl = (args: readonly string[]) => Promise<LimactlAnswer>;

/**
 * The real one, found in the `PATH`.
 *
 * @param environment Environment of limactl, in full.
 * @throws {CargoTestError} `GUEST_UNUSABLE` if there is none.
 */
export function createRunLimactl(
  spawn: SpawnSupervised,
  environment: Readonly<Record<string, string>>,
): RunLimactl {
  return async (args) => {
    let stdout = '';
    let stderr = '';
    const { exit } = await spawn(
      { file: 'limactl', args, workingDirectory: '/', environment },
      {
        onOutput(stream, text) {
          if (stream === 'stdout') stdout += text;
          else stderr += text;
        },
      },
    ).ended;
    if (exit.type === 'notStarted') {
      throw new CargoTestError(
        'GUEST_UNUSABLE',
        `limactl cannot be started (${exit.reason}); install Lima, for example with \`brew install lima\``,
      );
    }
    return { exitStatus: exit.type === 'code' ? exit.code : null, stdout, stderr };
  };
}
