import type { Finding } from './finding';
import type { NxJson } from './nx-json';
import { isInRange, versionIn } from './versions';

/** What was seen of Nx and Node.js. */
export interface NxFacts {
  /** Version of Node.js that this runs on. */
  readonly node: string;
  /** The range that package.json asks for. */
  readonly nodeRange: string;
  /** Absolute path of the Nx workspace; absent outside of one. */
  readonly workspaceRoot?: string;
  /** Versions installed in the workspace; absent if a package is not there. */
  readonly nx?: string;
  readonly devkit?: string;
  /** The range of Nx that package.json asks for. */
  readonly nxRange: string;
  readonly nxJson: NxJson;
}

/** Judges Node.js, Nx, and what nx.json says about this plugin. */
export function checkNx(facts: NxFacts): Finding[] {
  const outside: Finding = {
    check: 'nx-workspace',
    severity: 'skipped',
    found: 'there is no nx.json here or above: only the machine is looked at',
  };
  return [
    node(facts),
    ...(facts.workspaceRoot === undefined
      ? [outside]
      : [nx(facts), ...pluginOptions(facts.nxJson), targetDefaults(facts.nxJson)]),
  ];
}

function node({ node: version, nodeRange }: NxFacts): Finding {
  const isSupported = isInRange(versionIn(version) ?? [], nodeRange);
  return {
    check: 'node',
    found: version,
    ...(isSupported
      ? { severity: 'ok' }
      : {
          severity: 'problem',
          wanted: nodeRange,
          why: 'nx-cargo-test uses what older ones do not have.',
          mend: ['nvm install 22 # or from https://nodejs.org'],
        }),
  };
}

function nx({ nx: version, devkit, nxRange }: NxFacts): Finding {
  const check = 'nx';
  if (version === undefined) {
    return {
      check,
      severity: 'problem',
      found: 'nx is not installed in this workspace',
      wanted: nxRange,
      why: 'The plugin runs in it.',
      mend: [
        'npm install',
        'npm install --save-dev nx @nx/devkit # if package.json does not have them',
      ],
    };
  }
  if (!isInRange(versionIn(version) ?? [], nxRange)) {
    return {
      check,
      severity: 'problem',
      found: version,
      wanted: nxRange,
      why: 'What the plugin rests on differs in other versions, such as how tasks are hashed.',
      mend: ['npx nx migrate latest'],
    };
  }
  if (devkit !== version) {
    return {
      check,
      severity: devkit === undefined ? 'problem' : 'hint',
      found: `nx ${version}, @nx/devkit ${devkit ?? 'not installed'}`,
      wanted: 'both of one version',
      why: 'The packages of Nx are made for each other.',
      mend: [`npm install --save-dev @nx/devkit@${version}`],
    };
  }
  // Since then workers get tasks without the details of their hashes.
  const ledger = isInRange(versionIn(version) ?? [], '>=24.0.0')
    ? '; it does not tell tasks what it hashed, so the ledger leaves out no test'
    : '';
  return { check, severity: 'ok', found: `${version}${ledger}` };
}

function pluginOptions(nxJson: NxJson): Finding[] {
  if (nxJson.trouble !== undefined) {
    return [
      {
        check: 'plugin-options',
        severity: 'problem',
        found: nxJson.trouble,
        wanted: 'an nx.json that can be read, with right options of the plugin',
        why: 'Every Nx command of the workspace fails.',
        mend: ['# correct what is named; docs/options.md has all options'],
      },
    ];
  }
  if (!nxJson.isNamed && nxJson.base !== undefined) {
    const found = `nx.json does not name the plugin, and ${nxJson.base}, which it extends, is not read`;
    return [{ check: 'plugin-options', severity: 'skipped', found }];
  }
  if (!nxJson.isNamed) {
    return [
      {
        check: 'plugin-options',
        severity: 'problem',
        found: 'nx.json does not name the plugin',
        wanted: '"plugins": ["nx-cargo-test"]',
        why: 'Without it no crate has targets.',
        mend: ['npx nx g nx-cargo-test:init'],
      },
    ];
  }
  return [{ check: 'plugin-options', severity: 'ok', found: 'nx.json names the plugin' }];
}

function targetDefaults({ replacedLists }: NxJson): Finding {
  const check = 'target-defaults';
  const [first] = replacedLists;
  if (first === undefined) {
    return { check, severity: 'ok', found: 'none replaces what the plugin infers' };
  }
  return {
    check,
    severity: 'problem',
    found: replacedLists.map(({ key, list }) => `${key}.${list}`).join(', '),
    wanted: '"..." as first entry of each list',
    why: 'Such a list replaces what the plugin inferred, and the target fails (TARGET_DEFAULTS_REPLACED).',
    mend: [
      `# in nx.json: "targetDefaults": ${JSON.stringify({ [first.key]: { [first.list]: ['...', ...first.entries] } })}`,
    ],
  };
}
