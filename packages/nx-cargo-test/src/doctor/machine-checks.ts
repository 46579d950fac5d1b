import { readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { readResourceCeiling } from '../resources/resource-ceiling';
import { checkDisks } from './disk-checks';
import type { Finding } from './finding';
import { checkKernel } from './kernel-checks';
import type { LimaFacts } from './lima-checks';
import { checkLimits } from './limit-checks';
import { checkMemory, type MemoryFacts } from './memory-checks';
import type { SeenMachine } from './read-machine';
import type { TestNeeds } from './test-needs';

/**
 * Judges the system that tests are built on: binaries can't be made for Linux on another yet.
 *
 * @param architecture Of the processor, in Node.js's words.
 */
export function checkHost(
  platform: NodeJS.Platform,
  architecture: string,
  isBuiltInGuest: boolean,
): Finding[] {
  const check = 'host';
  const found = `${platform} on ${architecture}`;
  if (isBuiltInGuest) {
    return [{ check, severity: 'ok', found: `${found}; tests are built in the guest` }];
  }
  if (platform === 'linux' && ['x64', 'arm64'].includes(architecture)) {
    return [{ check, severity: 'ok', found }];
  }
  return [
    {
      check,
      severity: 'problem',
      found,
      wanted: 'Linux on x86_64 or aarch64',
      why: 'Tests are built on Linux only, here or in the guest of a Lima instance.',
      mend: ['# set the option limaBuild in nx.json to "guest", or run them on Linux'],
    },
  ];
}

/**
 * Judges a machine on which tests run, or are built.
 *
 * @param memory What its processes may have. Default: what the machine itself has.
 */
export function checkMachine(seen: SeenMachine, needs: TestNeeds, memory?: MemoryFacts): Finding[] {
  if ('trouble' in seen) {
    return [
      {
        check: 'kernel',
        severity: 'problem',
        found: seen.trouble,
        wanted: 'a shell that tells what the machine is like',
        why: 'Limits, io_uring and memory are not known.',
        mend: ['command -v sh uname grep cat df # are they there?'],
      },
    ];
  }
  const facts = seen.value;
  const ofMachine: MemoryFacts =
    facts.memoryBytes === undefined ? {} : { bytes: facts.memoryBytes, from: 'machine' };
  return [
    ...checkKernel(facts, needs),
    ...checkLimits(facts, needs),
    ...checkMemory(memory ?? ofMachine, facts.limits, needs),
  ];
}

/** Judges a guest, from within, as this machine is judged where tests run here. */
export function checkGuest(lima: LimaFacts | undefined, needs: TestNeeds): Finding[] {
  const guest = lima?.guest;
  if (lima === undefined || guest === undefined) return [];
  const about = `guest ${lima.instance}`;
  const findings = checkMachine(guest.machine, needs);
  const disks =
    'value' in guest.machine
      ? checkDisks(
          guest.machine.value.disks.map(({ mountedOn, freeBytes }) => ({
            what: 'guest',
            folder: mountedOn,
            freeBytes,
          })),
        )
      : [];
  // guest-nofile judges what tests get there, not what a login has.
  return [...findings.filter(({ check }) => check !== 'nofile'), ...disks].map((finding) => ({
    ...finding,
    about,
  }));
}

/** The memory that this process may have. */
export async function readMemory(): Promise<MemoryFacts> {
  const { memoryBytes, memoryFrom } = await readResourceCeiling((file) => readFile(file, 'utf8'));
  return memoryBytes === undefined || memoryFrom === undefined
    ? { bytes: totalmem(), from: 'machine' }
    : { bytes: memoryBytes, from: memoryFrom };
}
