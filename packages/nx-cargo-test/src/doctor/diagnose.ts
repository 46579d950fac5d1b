import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { chooseRunner, type ChosenRunner } from '../choose-runner';
import { readEnvironmentFiles } from '../cli/find-workspace';
import { messageOf } from '../errors';
import { chooseLimaBuild } from '../lima/lima-build';
import { outerEnvironment } from '../process/outer-environment';
import type { SpawnSupervised, SpawnTalking } from '../process/supervise-group';
import { createAskProgram } from './ask-program';
import { checkCache } from './cache-checks';
import { checkDisks } from './disk-checks';
import type { Finding, FindingGroup } from './finding';
import { checkLima, type LimaFacts } from './lima-checks';
import { checkGuest, checkHost, checkMachine, readMemory } from './machine-checks';
import { checkNx, type NxFacts } from './nx-checks';
import { findPlace } from './place';
import { readDisks } from './read-disks';
import { readLima } from './read-lima';
import { readMachine } from './read-machine';
import { readNx } from './read-nx';
import { readRecords } from './read-records';
import { readRust } from './read-rust';
import { readGit, readWorkspace } from './read-workspaces';
import { checkRust } from './rust-checks';
import { testNeeds } from './test-needs';
import { checkCargoWorkspace, checkGit, type CargoWorkspaceFacts } from './workspace-checks';

/** What a doctor reaches outside by. */
export interface DoctorEdges {
  readonly spawn: SpawnSupervised;
  readonly spawnTalking: SpawnTalking;
  /** The own environment, with what Nx put into it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** Processor architecture of this machine in Node.js's words. */
  readonly architecture: string;
}

/**
 * Looks at everything that bears on whether tests can run, as far as it can be told
 * within seconds, and changes nothing. Never rejects: a check that fails itself is a
 * finding, and the others go on.
 *
 * @param folder Absolute path: of a crate, or of a workspace for all its crates.
 */
export async function diagnose(
  edges: DoctorEdges,
  folder: string,
): Promise<readonly FindingGroup[]> {
  const environment = {
    ...outerEnvironment(edges.environment),
    // A toolchain that the folder asks for must not be downloaded just because of a question.
    RUSTUP_AUTO_INSTALL: '0',
  };
  const ask = createAskProgram(edges.spawn, environment);
  const place = findPlace(ask, folder, edges.environment);
  const nx = place.then(({ workspaceRoot }) => readNx(workspaceRoot));
  const variables = place.then(({ workspaceRoot }) => ({
    ...(workspaceRoot === undefined ? {} : readEnvironmentFiles(workspaceRoot)),
    ...edges.environment,
  }));
  const runner = Promise.all([nx, variables]).then(([facts, all]) =>
    choose(edges.platform, all, facts),
  );
  const git = readGit(ask, folder);
  const workspaces = Promise.all([place, git]).then(([where, repository]) =>
    Promise.all(where.groups.map((group) => readWorkspace(ask, where, group, repository))),
  );
  const needs = workspaces.then(async (read) =>
    testNeeds(
      read.flatMap(({ packages }) => packages),
      await readRecords(read.map(({ facts }) => facts.folder)),
    ),
  );
  const isBuiltInGuest = Promise.all([nx, runner]).then(
    ([{ nxJson }, { chosen }]) =>
      chosen?.runner === 'lima' &&
      chooseLimaBuild(nxJson.options.limaBuild, edges.platform) === 'guest',
  );
  const lima = Promise.all([nx, runner, isBuiltInGuest]).then(([{ nxJson }, { chosen }, there]) =>
    chosen?.runner === 'lima'
      ? readLima({ ...edges, ask, environment }, nxJson.options, there ? 'guest' : 'host', folder)
      : undefined,
  );
  const machine = readMachine(ask);

  const sections: readonly Section[] = [
    {
      title: 'This machine',
      parts: [
        async () => [
          (await runner).finding,
          ...checkHost(edges.platform, edges.architecture, await isBuiltInGuest),
        ],
        async () => {
          const [seen, known, { chosen }] = await Promise.all([machine, needs, runner]);
          const isHere = chosen?.runner === 'native';
          const memory = await readMemory();
          return checkMachine(seen, isHere ? known : {}, memory).filter(
            ({ check }) => isHere || check !== 'io-uring',
          );
        },
        async () => {
          const [read, facts, all] = await Promise.all([workspaces, nx, variables]);
          const targets = new Set(read.map(({ targetFolder }) => targetFolder));
          const places = [...targets].map((each) => ({ what: 'target folder', folder: each }));
          const cache = cacheFolder(facts, all);
          return checkDisks(await readDisks([...places, { what: 'Nx cache', folder: cache }]));
        },
      ],
    },
    {
      title: 'Rust',
      parts: [
        async () => checkRust(await readRust(ask, folder, environment), await isBuiltInGuest),
      ],
    },
    {
      title: 'Lima',
      parts: [
        async () => limaFindings(...(await Promise.all([lima, runner]))),
        async () => checkGuest(...(await Promise.all([lima, needs]))),
      ],
    },
    {
      title: 'Nx',
      parts: [
        async () => checkNx(await nx),
        async () => {
          const [{ nxJson }, all] = await Promise.all([nx, variables]);
          return checkCache(nxJson, all);
        },
      ],
    },
    {
      title: 'Workspace',
      parts: [
        async () => checkGit(await git),
        async () => cargoWorkspaceFindings((await workspaces).map(({ facts }) => facts)),
      ],
    },
  ];
  return Promise.all(sections.map(findingsOf));
}

interface Section {
  readonly title: string;
  readonly parts: readonly (() => Promise<Finding[]>)[];
}

async function findingsOf({ title, parts }: Section): Promise<FindingGroup> {
  const findings = await Promise.all(
    parts.map((part) => part().catch((error: unknown) => [failedCheck(title, error)])),
  );
  return { title, findings: findings.flat() };
}

/** What is to be diagnosed can be what ends a check. */
function failedCheck(title: string, error: unknown): Finding {
  return {
    check: 'doctor',
    about: title,
    severity: 'problem',
    found: `a check failed itself: ${messageOf(error)}`,
    wanted: 'a check that ends',
    why: 'What it would have found is not known.',
    mend: ['# mend what it names, and call doctor again'],
  };
}

interface RunnerChoice {
  /** Absent if none can be chosen. */
  readonly chosen?: ChosenRunner;
  readonly finding: Finding;
}

function choose(
  platform: NodeJS.Platform,
  environment: DoctorEdges['environment'],
  { nxJson }: NxFacts,
): RunnerChoice {
  try {
    const chosen = chooseRunner({ option: nxJson.options.runner, environment, platform });
    const found = `${chosen.runner}: ${chosen.why}`;
    return { chosen, finding: { check: 'runner', severity: 'ok', found } };
  } catch (error) {
    return {
      finding: {
        check: 'runner',
        severity: 'problem',
        found: messageOf(error),
        wanted: 'a runner that can run tests here',
        why: 'No test runs without one.',
        mend: ['# set the option runner in nx.json, or NX_CARGO_TEST_RUNNER, to "auto"'],
      },
    };
  }
}

/** Where Nx keeps results; its own choice is known to Nx alone, and told by what is there. */
function cacheFolder(
  { workspaceRoot, nxJson }: NxFacts,
  environment: DoctorEdges['environment'],
): string {
  const configured = environment['NX_CACHE_DIRECTORY'] || nxJson.cacheDirectory;
  if (workspaceRoot === undefined) return join(homedir(), '.nx');
  if (configured === undefined) {
    const own = join(workspaceRoot, '.nx/cache');
    return existsSync(own) ? own : join(homedir(), '.nx');
  }
  return isAbsolute(configured) ? configured : join(workspaceRoot, configured);
}

function limaFindings(lima: LimaFacts | undefined, { chosen }: RunnerChoice): Finding[] {
  if (lima !== undefined) return checkLima(lima);
  const found =
    chosen === undefined ? 'no runner could be chosen' : 'not looked at: tests run natively here';
  return [{ check: 'limactl', severity: 'skipped', found }];
}

function cargoWorkspaceFindings(workspaces: readonly CargoWorkspaceFacts[]): Finding[] {
  if (workspaces.length > 0) return workspaces.flatMap(checkCargoWorkspace);
  const found = 'there is no Cargo.toml here or below';
  return [{ check: 'cargo-workspace', severity: 'skipped', found }];
}
