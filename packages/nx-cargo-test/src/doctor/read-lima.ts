import { messageOf } from '../errors';
import { openGuestShell } from '../lima/guest-shell';
import { readInstance, type InstanceState } from '../lima/instance-state';
import { createRunLimactl } from '../lima/run-limactl';
import type { Command, SpawnSupervised, SpawnTalking } from '../process/supervise-group';
import type { ResolvedOptions } from '../plugin/plugin-options';
import type { AskProgram } from './ask-program';
import {
  GUEST_BUILD_TOOLS,
  GUEST_TOOLS,
  type GuestSeen,
  type LimaFacts,
  type Looked,
} from './lima-checks';
import { readMachine } from './read-machine';

/** What looking at Lima reaches outside by. */
export interface LimaReading {
  readonly ask: AskProgram;
  readonly spawn: SpawnSupervised;
  readonly spawnTalking: SpawnTalking;
  /** Environment of limactl, in full. */
  readonly environment: Readonly<Record<string, string>>;
  /** Processor architecture of this machine in Node.js's words. */
  readonly architecture: string;
}

/** How long limactl may take to list instances, and a guest to open its shell. */
const MILLISECONDS = 10_000;

/**
 * Looks at limactl and the instance, and into the guest if that runs. Starts nothing
 * that stays.
 *
 * @param build Where tests are built.
 * @param folder Absolute path of the folder whose tests are to run.
 */
export async function readLima(
  reading: LimaReading,
  options: Pick<ResolvedOptions, 'limaInstance' | 'limaSources' | 'limaStart'>,
  build: LimaFacts['build'],
  folder: string,
): Promise<LimaFacts> {
  const { ask, architecture } = reading;
  const facts = {
    instance: options.limaInstance,
    sources: options.limaSources,
    build,
    folder,
    startsItself: options.limaStart,
    architecture,
    version: await ask({ file: 'limactl', args: ['--version'], folder: '/' }),
  };
  if (facts.version.type !== 'answered') return facts;
  const state = await readState(reading, facts.instance);
  const isRunning = 'value' in state && state.value.kind === 'running';
  return { ...facts, state, ...(isRunning ? { guest: await readGuest(reading, facts) } : {}) };
}

async function readState(
  { spawn, environment }: LimaReading,
  name: string,
): Promise<Looked<InstanceState>> {
  const limactl = createRunLimactl(
    (command, supervision) =>
      spawn(command, { ...supervision, signal: AbortSignal.timeout(MILLISECONDS) }),
    environment,
  );
  try {
    return { value: await readInstance(limactl, name) };
  } catch (error) {
    return { trouble: messageOf(error) };
  }
}

async function readGuest(
  { ask, spawnTalking, environment }: LimaReading,
  { instance, folder }: Pick<LimaFacts, 'instance' | 'folder'>,
): Promise<GuestSeen> {
  const wayIn = ['shell', '--workdir', '/', instance];
  const [machine, shell] = await Promise.all([
    readMachine(ask, ['limactl', ...wayIn], [...GUEST_TOOLS, ...GUEST_BUILD_TOOLS, folder]),
    readShell(spawnTalking, (args) => ({
      file: 'limactl',
      args: [...wayIn, ...args],
      workingDirectory: '/',
      environment,
    })),
  ]);
  return { machine, shell };
}

/** Opens the shell of a run as a run does, and closes it. */
async function readShell(
  spawnTalking: SpawnTalking,
  wayIn: (args: readonly string[]) => Command,
): Promise<GuestSeen['shell']> {
  try {
    const shell = await openGuestShell(
      (command, supervision) =>
        spawnTalking(command, { ...supervision, signal: AbortSignal.timeout(MILLISECONDS) }),
      wayIn,
    );
    const { descriptors } = shell.facts;
    await shell.close();
    return { value: { descriptors } };
  } catch (error) {
    return { trouble: messageOf(error) };
  }
}
