import { isAtLeast, versionIn } from './versions';

/** A soft and a hard limit; infinite for none. */
export interface Limit {
  readonly soft: number;
  readonly hard: number;
}

/** Which limits of a process are looked at, by the names that proc(5) gives them. */
const LIMITS = {
  descriptors: 'Max open files',
  lockedBytes: 'Max locked memory',
  processes: 'Max processes',
  addressSpaceBytes: 'Max address space',
} as const;

/** How an attempt to make an io_uring instance ended, and by which program it was made. */
export type RingAttempt =
  | { readonly by: string; readonly type: 'made' }
  | { readonly by: string; readonly type: 'refused'; readonly errno: number }
  /** The program was killed or answered nothing. */
  | { readonly by: string; readonly type: 'died'; readonly status: number };

/** What `shell/machine-facts.sh` says of a machine; what it could not tell is absent. */
export interface MachineFacts {
  /** `uname -srm`. */
  readonly kernel: string;
  readonly limits: Partial<Record<keyof typeof LIMITS, Limit>>;
  /** Effective user id. */
  readonly user?: number;
  /** Ids of all groups. */
  readonly groups: readonly number[];
  /** Whether CAP_IPC_LOCK frees this process of the limit of locked memory. */
  readonly mayLockAnything: boolean;
  /** `Seccomp` of proc(5): 0 none, 1 strict, 2 a filter. */
  readonly seccomp?: number;
  /** sysctl kernel.io_uring_disabled, from Linux 6.6 on. */
  readonly ringsDisabled?: number;
  /** sysctl kernel.io_uring_group. */
  readonly ringsGroup?: number;
  /** sysctl fs.file-max. */
  readonly fileMax?: number;
  readonly memoryBytes?: number;
  /** What shows that this is a container; empty if nothing does. */
  readonly containerSigns: readonly string[];
  /** Free space of file systems, by what is mounted where. */
  readonly disks: readonly { readonly mountedOn: string; readonly freeBytes: number }[];
  /** Tools and folders that were asked for and are not there. */
  readonly missing: readonly string[];
  /** Absent where no program could try. */
  readonly rings?: RingAttempt;
  /** False if the machine was too slow, and the last of it is missing. */
  readonly isWhole: boolean;
}

/** Reads the output of `shell/machine-facts.sh`, also of one that was ended early. */
export function parseMachineFacts(text: string): MachineFacts {
  const sections = readSections(text);
  const lines = (name: string): readonly string[] => sections.get(name) ?? [];
  const status = new Map(
    lines('status').map((line): [string, string] => {
      const [name = '', value = ''] = line.split(':\t');
      return [name, value.trim()];
    }),
  );
  const user = numberIn(status.get('Uid')?.split('\t')[1]);
  const seccomp = numberIn(status.get('Seccomp'));
  const ringsDisabled = numberIn(lines('io_uring_disabled')[0]);
  const ringsGroup = numberIn(lines('io_uring_group')[0]);
  const fileMax = numberIn(lines('file-max')[0]);
  const memory = numberIn(/^MemTotal: +(\d+) kB$/m.exec(lines('memory').join('\n'))?.[1]);
  const rings = readAttempt(lines('io_uring')[0]);
  return {
    kernel: lines('kernel')[0] ?? '',
    limits: readLimits(lines('limits').join('\n'), lines('descriptors')),
    ...(user === undefined ? {} : { user }),
    groups: `${status.get('Gid')?.split('\t')[1] ?? ''} ${status.get('Groups') ?? ''}`
      .split(' ')
      .flatMap((id) => numberIn(id) ?? []),
    // Those of a user namespace of its own do not count for the kernel's limits.
    mayLockAnything:
      hasCapability(status.get('CapEff'), CAP_IPC_LOCK) &&
      /^\s*0\s+0\s+4294967295$/.test(lines('uid_map')[0] ?? ''),
    ...(seccomp === undefined ? {} : { seccomp }),
    ...(ringsDisabled === undefined ? {} : { ringsDisabled }),
    ...(ringsGroup === undefined ? {} : { ringsGroup }),
    ...(fileMax === undefined ? {} : { fileMax }),
    ...(memory === undefined ? {} : { memoryBytes: memory * 1024 }),
    containerSigns: lines('container'),
    disks: readDisks(lines('disk')),
    missing: lines('missing'),
    ...(rings === undefined ? {} : { rings }),
    isWhole: sections.has('end'),
  };
}

/** Whether a machine's kernel is Linux of this version or a later one; undefined for any other kernel. */
export function isLinuxAtLeast(
  { kernel }: MachineFacts,
  least: readonly number[],
): boolean | undefined {
  const version = kernel.startsWith('Linux ') ? versionIn(kernel) : undefined;
  return version === undefined ? undefined : isAtLeast(version, least);
}

/** Bit of the capability in `CapEff`; see capabilities(7). */
const CAP_IPC_LOCK = 14n;

function hasCapability(mask: string | undefined, bit: bigint): boolean {
  if (mask === undefined || !/^[0-9a-f]+$/.test(mask)) return false;
  return ((BigInt(`0x${mask}`) >> bit) & 1n) === 1n;
}

function readSections(text: string): ReadonlyMap<string, readonly string[]> {
  const sections = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of text.split('\n')) {
    const name = /^@ (\S+)$/.exec(line)?.[1];
    if (name === undefined) {
      if (line.trim() !== '') current.push(line);
      continue;
    }
    current = [];
    sections.set(name, current);
  }
  return sections;
}

/** From proc(5), or from the shell where there is no such file. */
function readLimits(text: string, ofShell: readonly string[]): MachineFacts['limits'] {
  const limits: Partial<Record<keyof typeof LIMITS, Limit>> = {};
  for (const name of Object.keys(LIMITS) as (keyof typeof LIMITS)[]) {
    const [, soft, hard] = new RegExp(`^${LIMITS[name]} +(\\S+) +(\\S+)`, 'm').exec(text) ?? [];
    const limit = limitOf(soft, hard);
    if (limit !== undefined) limits[name] = limit;
  }
  const descriptors = limits.descriptors ?? limitOf(ofShell[0], ofShell[1]);
  return descriptors === undefined ? limits : { ...limits, descriptors };
}

function limitOf(soft: string | undefined, hard: string | undefined): Limit | undefined {
  const values = [soft, hard].map((text) => (text === 'unlimited' ? Infinity : numberIn(text)));
  const [softValue, hardValue] = values;
  return softValue === undefined || hardValue === undefined
    ? undefined
    : { soft: softValue, hard: hardValue };
}

/** Of `df -P -k`: file system, blocks, used, available, share, mounted on. */
function readDisks(lines: readonly string[]): MachineFacts['disks'] {
  const disks = new Map<string, number>();
  for (const line of lines) {
    const [, free, mountedOn] = /^\S+ +\d+ +\d+ +(\d+) +\d+% +(.+)$/.exec(line) ?? [];
    if (free !== undefined && mountedOn !== undefined) disks.set(mountedOn, Number(free) * 1024);
  }
  return [...disks].map(([mountedOn, freeBytes]) => ({ mountedOn, freeBytes }));
}

function readAttempt(line: string | undefined): RingAttempt | undefined {
  const [, by = '', word, number] = /^(\w+) (made|errno|status) ?(\d*)$/.exec(line ?? '') ?? [];
  if (word === undefined) return undefined;
  if (word === 'made') return { by, type: 'made' };
  return word === 'errno'
    ? { by, type: 'refused', errno: Number(number) }
    : { by, type: 'died', status: Number(number) };
}

function numberIn(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d+$/.test(text.trim()) ? Number(text) : undefined;
}
