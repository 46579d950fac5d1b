import type { Finding } from './finding';
import type { NxJson } from './nx-json';

type Environment = Readonly<Record<string, string | undefined>>;

/** Judges where Nx keeps results, and settings that make it keep or use wrong ones. */
export function checkCache(nxJson: NxJson, environment: Environment): Finding[] {
  return [
    place(nxJson, environment),
    failures(environment),
    use(environment),
    remote(nxJson, environment),
  ];
}

function place({ cacheDirectory }: NxJson, environment: Environment): Finding {
  const check = 'cache';
  const ofEnvironment = environment['NX_CACHE_DIRECTORY'];
  if (ofEnvironment) {
    return { check, severity: 'ok', found: `${ofEnvironment} (NX_CACHE_DIRECTORY)` };
  }
  if (cacheDirectory !== undefined) {
    return { check, severity: 'ok', found: `${cacheDirectory} (cacheDirectory in nx.json)` };
  }
  const found = 'where Nx itself chooses: .nx/cache, or with newer versions below ~/.nx';
  if (!environment['CI'] || environment['CI'] === 'false') return { check, severity: 'ok', found };
  return {
    check,
    severity: 'hint',
    found,
    wanted: 'a folder that the CI job saves and restores',
    why: 'A job that saves .nx/cache saves nothing where Nx uses the folder below ~/.nx.',
    mend: ['export NX_CACHE_DIRECTORY="$PWD/.nx/cache"'],
  };
}

function failures(environment: Environment): Finding {
  const check = 'cache-failures';
  if (environment['NX_CACHE_FAILURES'] !== 'true') {
    return { check, severity: 'ok', found: 'failed tasks are not kept' };
  }
  return {
    check,
    severity: 'hint',
    found: 'NX_CACHE_FAILURES is set',
    wanted: 'not set',
    why: 'A test that failed by chance, or was killed, then fails from the cache until something changes.',
    mend: ['unset NX_CACHE_FAILURES'],
  };
}

/** Variables by which Nx does not use what it has. */
const SKIPPING = ['NX_SKIP_NX_CACHE', 'NX_DISABLE_NX_CACHE'];

function use(environment: Environment): Finding {
  const check = 'cache-use';
  const set = SKIPPING.filter((name) => environment[name] === 'true');
  if (set.length === 0) return { check, severity: 'ok', found: 'results are used again' };
  return {
    check,
    severity: 'hint',
    found: `${set.join(' and ')} is set`,
    wanted: 'not set',
    why: 'Every task runs every time, and the ledger leaves out no test.',
    mend: [`unset ${set.join(' ')}`],
  };
}

function remote({ remoteCache }: NxJson, environment: Environment): Finding {
  const check = 'remote-cache';
  const server = environment['NX_SELF_HOSTED_REMOTE_CACHE_SERVER'];
  if (server) {
    return {
      check,
      severity: 'ok',
      found: `${withoutSecrets(server)}; if it does not answer, --skipRemoteCache goes round it`,
    };
  }
  const cloud = environment['NX_CLOUD_ACCESS_TOKEN'] ? 'NX_CLOUD_ACCESS_TOKEN is set' : remoteCache;
  return { check, severity: 'ok', found: cloud === undefined ? 'none' : `Nx Cloud (${cloud})` };
}

/** An address may hold a password. */
function withoutSecrets(address: string): string {
  try {
    const url = new URL(address);
    return `${url.origin}${url.pathname}`;
  } catch {
    return 'an address that is none';
  }
}
