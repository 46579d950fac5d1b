import { posix } from 'node:path';
import type { PackageManager } from './package-manager';

/** What a workflow is made from. */
export interface WorkflowRequest {
  readonly mainBranch: string;
  /** What the Linux job runs for every project that has it. */
  readonly targets: readonly string[];
  /** Whether there is a job on macOS. */
  readonly macos: boolean;
  /** Projects that are linted and built there. */
  readonly macosProjects: readonly string[];
  readonly packageManager: PackageManager;
  /** File that names the version of Node.js. Default: none, the newest with long support. */
  readonly nodeVersionFile?: string;
  /** Folders of the Cargo workspaces, `.` for the root. */
  readonly cargoWorkspaces: readonly string[];
}

/** The text of a GitHub Actions workflow, with comments that say why. */
export function workflowYaml(request: WorkflowRequest): string {
  const { mainBranch } = request;
  return `# nx g nx-cargo-test:ci-workflow wrote this; change what you like.
name: Rust tests

on:
  push:
    branches: [${mainBranch}]
  pull_request:
  merge_group:

# A new push to a pull request ends the run of the one before. Others run to their end.
concurrency:
  group: \${{ github.workflow }}-\${{ github.ref }}
  cancel-in-progress: \${{ github.event_name == 'pull_request' }}

# Each job says what it needs; no job may write to the repository.
permissions: {}

jobs:
${linuxJob(request)}${request.macos ? `\n${macosJob(request)}` : ''}`;
}

function linuxJob(request: WorkflowRequest): string {
  const { mainBranch, packageManager, targets, cargoWorkspaces } = request;
  const cargoFolders = [
    '~/.cargo/registry/index',
    '~/.cargo/registry/cache',
    '~/.cargo/git/db',
    ...cargoWorkspaces.map((folder) => posix.join(folder, 'target')),
  ];
  const nxFolders = ['.nx/cache', '.nx/workspace-data'];
  return `  linux:
    runs-on: ubuntu-latest
    timeout-minutes: 60
    permissions:
      contents: read
      # nx-set-shas may ask for earlier runs of this workflow.
      actions: read
    env:
      # Nx would keep its cache and its database in ~/.nx, where the steps below do not look.
      # The second folder also holds the ledger, which knows which tests passed.
      NX_CACHE_DIRECTORY: \${{ github.workspace }}/.nx/cache
      NX_WORKSPACE_DATA_DIRECTORY: \${{ github.workspace }}/.nx/workspace-data
    steps:
      - uses: actions/checkout@v6
        with:
          # \`nx affected\` compares with a commit that a shallow clone does not have.
          fetch-depth: 0
          persist-credentials: false

      # Sets NX_BASE and NX_HEAD: for a pull request, the commit where it left ${mainBranch}. All else
      # runs in full below. If you let other events come here, one without a successful run
      # before it fails, instead of taking the commit before and with it too few tests.
      - uses: nrwl/nx-set-shas@v5
        if: github.event_name == 'pull_request'
        with:
          main-branch-name: ${mainBranch}
          error-on-no-successful-workflow: true

${installSteps(request)}

      - name: Tell the version of Rust
        id: rust
        # rustup installs what a rust-toolchain.toml names.
        run: echo "version=$(rustc --version | tr -c 'A-Za-z0-9.\\n' '-')" >>"$GITHUB_OUTPUT"

      # Caches are written on ${mainBranch} only (see the end). GitHub keeps what a branch writes from
      # all others, so nothing that a pull request builds can become a result of ${mainBranch}.
      - name: Restore what cargo built
        id: cargo
        uses: actions/cache/restore@v5
        with:
          path: |
${lines(cargoFolders, 12)}
          key: cargo-\${{ runner.os }}-\${{ steps.rust.outputs.version }}-\${{ hashFiles('**/Cargo.lock') }}
          restore-keys: |
            cargo-\${{ runner.os }}-\${{ steps.rust.outputs.version }}-

      - name: Restore results
        if: github.event_name == 'pull_request'
        uses: actions/cache/restore@v5
        with:
          path: |
${lines(nxFolders, 12)}
          key: nx-\${{ runner.os }}-\${{ github.sha }}
          restore-keys: |
            nx-\${{ runner.os }}-

      # The limits of a step are those of the runner's shell, so each step raises its own:
      # io_uring needs descriptors and, on older kernels, locked memory.
      - name: Run what the pull request may concern
        if: github.event_name == 'pull_request'
        run: |
          sudo prlimit --pid "$$" --nofile=65536:65536 --memlock=unlimited:unlimited
          ${packageManager.nx} affected -t ${targets.join(' ')}

      # No results are restored for this, so every test runs, whatever changed: it finds what
      # a wrong declaration hid. What it records is what pull requests reuse.
      - name: Run everything
        if: github.event_name != 'pull_request'
        run: |
          sudo prlimit --pid "$$" --nofile=65536:65536 --memlock=unlimited:unlimited
          ${packageManager.nx} run-many -t ${targets.join(' ')}

      - name: Save what cargo built
        if: github.event_name == 'push' && github.ref == 'refs/heads/${mainBranch}' && steps.cargo.outputs.cache-hit != 'true'
        uses: actions/cache/save@v5
        with:
          path: |
${lines(cargoFolders, 12)}
          key: \${{ steps.cargo.outputs.cache-primary-key }}

      - name: Save results
        if: github.event_name == 'push' && github.ref == 'refs/heads/${mainBranch}'
        uses: actions/cache/save@v5
        with:
          path: |
${lines(nxFolders, 12)}
          key: nx-\${{ runner.os }}-\${{ github.sha }}
`;
}

function macosJob(request: WorkflowRequest): string {
  const { packageManager, macosProjects } = request;
  const projects = macosProjects.join(',');
  return `  # What needs no Linux. Tests that need it run above, or in Lima on a Mac of your own.
  macos:
    runs-on: macos-latest
    timeout-minutes: 60
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@v6
        with:
          persist-credentials: false

${installSteps(request)}

      - name: Check the formatting
        run: ${packageManager.nx} run-many -t fmt-check
${
  projects === ''
    ? `
      # A crate that needs Linux, such as one on io_uring, cannot be compiled here, and so not be
      # linted either. Name those that can:
      #   nx g nx-cargo-test:ci-workflow --macosProjects=a,b --overwrite
`
    : `
      # Those that compile on macOS, without Lima.
      - name: Lint and build
        run: ${packageManager.nx} run-many -t lint build --projects=${projects}
        env:
          NX_CARGO_TEST_RUNNER: native
`
}`;
}

function installSteps({ packageManager, nodeVersionFile }: WorkflowRequest): string {
  const version =
    nodeVersionFile === undefined ? 'node-version: lts/*' : `node-version-file: ${nodeVersionFile}`;
  return [
    ...packageManager.steps,
    '- uses: actions/setup-node@v6',
    '  with:',
    `    ${version}`,
    '    # It would write a cache in pull requests, too.',
    '    package-manager-cache: false',
    `- run: ${packageManager.install}`,
  ]
    .map((line) => `      ${line}`)
    .join('\n');
}

function lines(all: readonly string[], indentation: number): string {
  return all.map((line) => `${' '.repeat(indentation)}${line}`).join('\n');
}
