import type { Finding } from './finding';
import { describeTrouble, firstLine, type ProgramAnswer } from './program-answer';

/** What was seen of git. */
export interface GitFacts {
  readonly version: ProgramAnswer;
  /** Whether the folder is in a git repository; absent if git does not tell. */
  readonly isRepository?: boolean;
  /** Why git does not tell. */
  readonly trouble?: string;
}

/** What was seen of a Cargo workspace. */
export interface CargoWorkspaceFacts {
  /** Its folder relative to the Nx workspace, or absolute outside of one. */
  readonly name: string;
  /** Absolute path of its folder. */
  readonly folder: string;
  /** Cargo's own words, if it cannot read it; absent if it can or is not there. */
  readonly trouble?: string;
  readonly lock: 'tracked' | 'untracked' | 'missing' | 'unknown';
  /** Whether git ignores its target folder; absent if git does not tell. */
  readonly isTargetIgnored?: boolean;
  /** Where `--fix` writes that it is to be ignored, and how. */
  readonly ignore: { readonly file: string; readonly line: string };
}

/** Judges git, which tells what changed, and the repository. */
export function checkGit({ version, isRepository, trouble }: GitFacts): Finding[] {
  if (version.type !== 'answered') {
    return [
      {
        check: 'git',
        severity: 'problem',
        found: describeTrouble(version),
        wanted: 'git in the PATH',
        why: 'Nx asks it for files and changes, and results name the commit that they are of.',
        mend: ['sudo apt-get install git # Debian, Ubuntu', 'xcode-select --install # macOS'],
      },
    ];
  }
  const found = firstLine(version);
  if (trouble !== undefined) {
    return [
      {
        check: 'git',
        severity: 'hint',
        found: `${found}; ${trouble}`,
        wanted: 'a repository that git reads',
        why: 'nx affected compares commits.',
        mend: [
          'git status # says more',
          '# if it belongs to another user: git config --global --add safe.directory "$PWD"',
        ],
      },
    ];
  }
  if (isRepository !== false) return [{ check: 'git', severity: 'ok', found }];
  return [
    {
      check: 'git',
      severity: 'hint',
      found: `${found}; this folder is in no repository`,
      wanted: 'a repository with a commit',
      why: 'nx affected compares commits.',
      mend: ['git init && git add --all && git commit -m "first"'],
    },
  ];
}

/** Judges a Cargo workspace: whether cargo can read it, and what git makes of its files. */
export function checkCargoWorkspace(facts: CargoWorkspaceFacts): Finding[] {
  return [readable(facts), lock(facts), ignored(facts)].map((finding) => ({
    ...finding,
    about: facts.name === '.' ? 'root' : facts.name,
  }));
}

function readable({ trouble }: CargoWorkspaceFacts): Finding {
  const check = 'cargo-workspace';
  if (trouble === undefined) return { check, severity: 'ok', found: 'cargo can read it' };
  return {
    check,
    severity: 'problem',
    found: trouble,
    wanted: 'a Cargo workspace that `cargo metadata` can read',
    why: 'All targets of its packages fail (CARGO_METADATA_FAILED).',
    mend: ['cargo metadata --no-deps --format-version=1 >/dev/null # says more'],
  };
}

function lock({ lock: state, name }: CargoWorkspaceFacts): Finding {
  const check = 'cargo-lock';
  const place = name === '.' ? 'Cargo.lock' : `${name}/Cargo.lock`;
  switch (state) {
    case 'tracked':
      return { check, severity: 'ok', found: 'git has it' };
    case 'unknown':
      return { check, severity: 'skipped', found: 'git does not tell' };
    case 'untracked':
    case 'missing':
      return {
        check,
        severity: 'hint',
        found: state === 'missing' ? 'there is none' : 'git does not have it',
        wanted: 'a Cargo.lock that is committed',
        why: 'Without one the first build of a checkout writes it and the second builds again; a change in one that git ignores is not seen by Nx.',
        mend: [
          ...(state === 'missing'
            ? [
                `cargo generate-lockfile --manifest-path=${name === '.' ? '' : `${name}/`}Cargo.toml`,
              ]
            : []),
          `git add --force ${place}`,
        ],
      };
  }
}

function ignored({ isTargetIgnored, ignore }: CargoWorkspaceFacts): Finding {
  const check = 'target-ignored';
  if (isTargetIgnored === undefined) {
    return { check, severity: 'skipped', found: 'git does not tell' };
  }
  if (isTargetIgnored) return { check, severity: 'ok', found: 'git ignores the target folder' };
  return {
    check,
    severity: 'hint',
    found: 'git does not ignore the target folder',
    wanted: `${ignore.line} in .gitignore`,
    why: 'Nx then lists and hashes all that cargo writes.',
    mend: [`echo '${ignore.line}' >> ${ignore.file}`],
    fix: { type: 'appendLine', ...ignore },
  };
}
