import { LIMA_ARCHITECTURES } from '../lima/architectures';
import type { InstanceState } from '../lima/instance-state';
import type { LimaSources } from '../lima/lima-sources';
import { shellWord } from '../shell-word';
import type { Finding } from './finding';
import { WANTED_DESCRIPTORS } from './limit-checks';
import type { MachineFacts } from './machine-facts';
import { describeTrouble, firstLine, type ProgramAnswer } from './program-answer';
import { isAtLeast, versionIn } from './versions';

/** Something that was looked up, or why it could not be. */
export type Looked<T> = { readonly value: T } | { readonly trouble: string };

/** What was seen of Lima from the host and from within the guest. */
export interface LimaFacts {
  /** Name of the instance. */
  readonly instance: string;
  readonly sources: LimaSources;
  /** Where tests are built. */
  readonly build: 'guest' | 'host';
  /** Absolute path of the folder whose tests are to run. */
  readonly folder: string;
  /** The option `limaStart`. */
  readonly startsItself: boolean;
  /** Processor architecture of this machine in Node.js's words. */
  readonly architecture: string;
  readonly version: ProgramAnswer;
  /** Absent if limactl does not answer. */
  readonly state?: Looked<InstanceState>;
  /** Absent if the instance does not run. */
  readonly guest?: GuestSeen;
}

/** What was seen from within a guest. */
export interface GuestSeen {
  /** As a login has it, before the shell of a run raises its limits. */
  readonly machine: Looked<MachineFacts>;
  /** What the shell of a run has, which tests have too. */
  readonly shell: Looked<{ readonly descriptors: number }>;
}

/** Tools that the guest needs to run tests, and those to build them there. */
export const GUEST_TOOLS: readonly string[] = [
  ...['sh', 'setsid', 'env', 'base64', 'sha256sum', 'stat', 'tail', 'head', 'mkfifo', 'ldd'],
  ...['find', 'date', 'xargs', 'awk', 'tar', 'gzip'],
];
export const GUEST_BUILD_TOOLS: readonly string[] = ['cargo', 'rustc', 'cc'];

/** With which the runner was tried. */
const TRIED_VERSION = '1.2.2';

/** Judges limactl, the instance, and what only its guest can tell. */
export function checkLima(facts: LimaFacts): Finding[] {
  const { instance, guest } = facts;
  return [
    limactl(facts.version),
    ...(facts.state === undefined ? [] : [instanceState(facts, facts.state)]),
    ...(guest === undefined ? [] : [shell(instance, guest), ...descriptors(instance, guest)]),
    ...(guest === undefined || !('value' in guest.machine)
      ? []
      : [tools(facts, guest.machine.value), ...mounts(facts, guest.machine.value)]),
  ];
}

function limactl(answer: ProgramAnswer): Finding {
  const check = 'limactl';
  if (answer.type !== 'answered') {
    return {
      check,
      severity: 'problem',
      found: describeTrouble(answer),
      wanted: 'limactl in the PATH',
      why: 'Tests are to run in a Lima instance.',
      mend: ['brew install lima # or see https://lima-vm.io/docs/installation'],
    };
  }
  const found = firstLine(answer);
  const version = versionIn(found);
  if (version !== undefined && isAtLeast(version, [1, 1])) {
    const other = found.includes(TRIED_VERSION)
      ? ''
      : `; nx-cargo-test was tried with ${TRIED_VERSION}`;
    return { check, severity: 'ok', found: `${found}${other}` };
  }
  return {
    check,
    severity: 'hint',
    found,
    wanted: `1.1 or later; nx-cargo-test was tried with ${TRIED_VERSION}`,
    why: 'Older ones list instances and pass arguments in other ways, and refuse the lima.yaml that the generator writes.',
    mend: ['brew upgrade lima'],
  };
}

function instanceState(
  { instance: name, startsItself, architecture, build }: LimaFacts,
  state: NonNullable<LimaFacts['state']>,
): Finding {
  const finding = { check: 'lima-instance' as const, about: name, wanted: 'a running instance' };
  const why = 'Tests run in its guest.';
  if ('trouble' in state) {
    return {
      ...finding,
      severity: 'problem',
      found: state.trouble,
      why,
      mend: ['limactl list'],
    };
  }
  const { value } = state;
  const start = ['limactl', 'start', '--tty=false', name];
  switch (value.kind) {
    case 'running': {
      const { arch } = value.instance;
      if (build === 'guest' || arch === undefined || arch === LIMA_ARCHITECTURES[architecture]) {
        return { check: 'lima-instance', about: name, severity: 'ok', found: 'running' };
      }
      return {
        ...finding,
        severity: 'problem',
        found: `running, for ${arch}`,
        wanted: `an instance for this machine, which is ${architecture}`,
        why: 'Tests are built for this machine.',
        mend: [
          `limactl create --name=other --arch=${LIMA_ARCHITECTURES[architecture] ?? ''} template://default`,
          '# and name it by the option limaInstance in nx.json; or set limaBuild to "guest"',
        ],
      };
    }
    case 'stopped':
      return {
        ...finding,
        severity: startsItself ? 'hint' : 'problem',
        found: startsItself ? 'stopped; the option limaStart starts it' : 'stopped',
        why,
        mend: [`limactl start ${name}`],
        fix: { type: 'run', command: start, folder: '/' },
      };
    case 'broken':
      return {
        ...finding,
        severity: 'problem',
        found: `broken: Lima says ${value.instance.status}`,
        why,
        mend: [`limactl stop --force ${name}`, `limactl start ${name}`],
      };
    case 'missing':
      return {
        ...finding,
        severity: 'problem',
        found: `there is none of this name; there ${value.others.length === 0 ? 'is no other' : `is ${value.others.join(', ')}`}`,
        why,
        mend: [
          `limactl create --name=${name} template://default`,
          '# or name another by the option limaInstance in nx.json',
        ],
      };
  }
}

function shell(name: string, { shell: opened }: GuestSeen): Finding {
  const finding = { check: 'guest-shell' as const, about: `guest ${name}` };
  if ('value' in opened) return { ...finding, severity: 'ok', found: 'the shell of a run opens' };
  return {
    ...finding,
    severity: 'problem',
    found: opened.trouble,
    wanted: 'a shell in the guest that answers',
    why: 'All tests of a run go through one.',
    mend: [
      `limactl shell --workdir / ${name} true # what does it say?`,
      `limactl stop ${name}; limactl start ${name}`,
    ],
  };
}

/**
 * The first login may be from before the guest was provisioned, and all later ones
 * share its connection with its limits. The shell of a run raises its own.
 */
function descriptors(name: string, { machine, shell: opened }: GuestSeen): Finding[] {
  if (!('value' in opened)) return [];
  const finding = { check: 'guest-nofile' as const, about: `guest ${name}` };
  const ofTests = opened.value.descriptors;
  const login = 'value' in machine ? machine.value.limits.descriptors : undefined;
  const text = (value: number): string => (value === Infinity ? 'unlimited' : `${value}`);
  const found =
    login === undefined
      ? `tests get ${text(ofTests)}`
      : `tests get ${text(ofTests)}; a login has ${text(login.soft)}, and at most ${text(login.hard)}`;
  if (ofTests >= WANTED_DESCRIPTORS) return [{ ...finding, severity: 'ok', found }];
  return [
    {
      ...finding,
      severity: 'hint',
      found,
      wanted: `${WANTED_DESCRIPTORS}`,
      why: 'io_uring tests may want as many, and the hard limit of the guest is lower.',
      mend: [
        '# in lima.yaml of the instance, in a provision script of mode "system":',
        `# echo '* - nofile ${WANTED_DESCRIPTORS}' > /etc/security/limits.d/90-nofile.conf`,
        `limactl stop ${name}; limactl start ${name}`,
      ],
    },
  ];
}

function tools({ instance, build }: LimaFacts, { missing }: MachineFacts): Finding {
  const finding = { check: 'guest-tools' as const, about: `guest ${instance}` };
  const needed = build === 'guest' ? [...GUEST_TOOLS, ...GUEST_BUILD_TOOLS] : GUEST_TOOLS;
  const lacking = missing.filter((tool) => needed.includes(tool));
  if (lacking.length === 0) {
    return { ...finding, severity: 'ok', found: `all ${needed.length} that are needed` };
  }
  return {
    ...finding,
    severity: 'problem',
    found: `${lacking.join(', ')} missing`,
    wanted: needed.join(', '),
    why:
      build === 'guest'
        ? 'The shell of a run builds, starts, watches and ends tests by them.'
        : 'The shell of a run starts, watches and ends tests by them.',
    mend: [
      ...(lacking.some((tool) => GUEST_TOOLS.includes(tool))
        ? [
            `limactl shell --workdir / ${instance} sudo apt-get install coreutils util-linux libc-bin tar gzip findutils mawk`,
          ]
        : []),
      ...(lacking.includes('cc')
        ? [`limactl shell --workdir / ${instance} sudo apt-get install build-essential`]
        : []),
      ...(lacking.some((tool) => ['cargo', 'rustc'].includes(tool))
        ? ['# install Rust in the guest from https://rustup.rs']
        : []),
    ],
  };
}

/** Copies are made when tests run, so only what a mount has to show can be missing. */
function mounts({ instance, sources, folder }: LimaFacts, { missing }: MachineFacts): Finding[] {
  if (sources !== 'mount') return [];
  const finding = { check: 'guest-sources' as const, about: `guest ${instance}` };
  if (!missing.includes(folder))
    return [{ ...finding, severity: 'ok', found: `${folder} is seen` }];
  return [
    {
      ...finding,
      severity: 'problem',
      found: `${folder} is not seen`,
      wanted: 'a mount that shows it at the same path',
      why: 'Tests find there what they find here.',
      mend: [
        `limactl stop ${instance}`,
        `limactl edit ${instance} --tty=false --mount=${shellWord(`${folder}:w`)}`,
        `limactl start ${instance}`,
        '# or set the option limaSources to "copy" in nx.json',
      ],
    },
  ];
}
