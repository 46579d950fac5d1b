import { CargoTestError, messageOf } from '../errors';
import type { Command, SpawnSupervised, SpawnTalking } from '../process/supervise-group';
import { LIMA_ARCHITECTURES } from './architectures';
import { guestSession, type GuestSession } from './guest-session';
import { openGuestShell } from './guest-shell';
import { instanceIdentity } from './instance-identity';
import {
  describeUnusable,
  readInstance,
  type InstanceState,
  type LimaInstance,
} from './instance-state';
import type { LimaSources } from './lima-sources';
import { createRunLimactl } from './run-limactl';
import { listSources, packSources } from './source-files';
import type { SyncEdges } from './sync-sources';

/** Which instance, and how it is used. */
export interface LimaSettings {
  /** Name of the instance. */
  readonly instance: string;
  /** How the guest sees folders of this machine. */
  readonly sources: LimaSources;
  /** A stopped instance is started. */
  readonly start: boolean;
  /** Where tests are built: in the guest, or on this machine. */
  readonly build: 'guest' | 'host';
  /** Variables of ours that tests in the guest see too, where they are set. */
  readonly forwarded: readonly string[];
}

/** What a {@link limaGuest} reaches outside by. */
export interface LimaEdges {
  readonly spawn: SpawnSupervised;
  readonly spawnTalking: SpawnTalking;
  /** Environment of limactl. */
  readonly environment: Readonly<Record<string, string>>;
  /** Processor architecture of this machine in Node.js's words. */
  readonly architecture: string;
  announce(line: string): void;
}

/** The guest of a Lima instance. */
export interface LimaGuest {
  readonly session: GuestSession;
  /** How sources get there. */
  readonly sync: SyncEdges;
  /** Copies a file of the guest to this machine. */
  fetch(guestPath: string, file: string): Promise<void>;
  /** Names the instance and what it was made from, in one line. */
  describe(): Promise<string>;
}

/** What the shell in the guest tries to raise the limit to. */
const WANTED_DESCRIPTORS = 65_536;

/**
 * The guest of a Lima instance. An instance is never made here; it is started only
 * where that is asked for.
 */
export function limaGuest(settings: LimaSettings, edges: LimaEdges): LimaGuest {
  const { instance: name, start, build } = settings;
  const { spawn, spawnTalking, environment, architecture, announce } = edges;
  const limactl = createRunLimactl(spawn, environment);

  const must = async (args: readonly string[], what: string): Promise<void> => {
    const { exitStatus, stderr } = await limactl(args);
    if (exitStatus === 0) return;
    throw new CargoTestError(
      'GUEST_UNUSABLE',
      `${what} failed (limactl ${args[0]} ended with ${exitStatus ?? 'a signal'}): ${stderr.trim()}`,
    );
  };
  /** Lima fails to start what it calls degraded, such as when port forwarding came late; tests need none. */
  const started = async (): Promise<InstanceState> => {
    try {
      await must(['start', '--tty=false', name], `starting the Lima instance ${name}`);
    } catch (error) {
      const state = await readInstance(limactl, name);
      if (state.kind !== 'running') throw error;
      announce(`${messageOf(error)}; it runs all the same`);
      return state;
    }
    return readInstance(limactl, name);
  };
  const running = async (): Promise<LimaInstance> => {
    let state = await readInstance(limactl, name);
    if (state.kind === 'stopped' && start) {
      announce(`starting the Lima instance ${name}`);
      state = await started();
    }
    if (state.kind !== 'running') {
      throw new CargoTestError('GUEST_UNUSABLE', describeUnusable(name, state));
    }
    const { arch } = state.instance;
    if (build === 'host' && arch !== undefined && arch !== LIMA_ARCHITECTURES[architecture]) {
      throw new CargoTestError(
        'GUEST_UNUSABLE',
        `the Lima instance ${name} is ${arch}, and tests are built for this machine, which is ${architecture}; set the option limaBuild to "guest" to build them there`,
      );
    }
    return state.instance;
  };
  let used: LimaInstance | undefined;

  return {
    session: guestSession(async () => {
      used = await running();
      const shell = await openGuestShell(spawnTalking, (args): Command => ({
        file: 'limactl',
        args: ['shell', '--workdir', '/', name, ...args],
        workingDirectory: '/',
        environment,
      }));
      const { descriptors } = shell.facts;
      if (descriptors < WANTED_DESCRIPTORS) {
        announce(
          `the instance ${name} lets a process open ${descriptors} files; io_uring tests may want ${WANTED_DESCRIPTORS}: raise the hard limit of nofile in the guest`,
        );
      }
      return shell;
    }),
    sync: {
      instance: name,
      copy: (file, guestPath) =>
        must(['copy', file, `${name}:${guestPath}`], `copying ${file} to the instance ${name}`),
      list: (folder) => listSources(spawn, folder),
      pack: (folder, paths, into) => packSources(spawn, folder, paths, into),
      announce,
    },
    fetch: (guestPath, file) =>
      must(
        ['copy', `${name}:${guestPath}`, file],
        `copying ${guestPath} from the instance ${name}`,
      ),
    describe: async () => `lima ${name} ${instanceIdentity(used ?? (await running()))}`,
  };
}
