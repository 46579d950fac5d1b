import { moduleOf } from './rust-module';
import { ScratchWorkspace } from './scratch-workspace';

let workspace: ScratchWorkspace;

beforeAll(() => {
  workspace = ScratchWorkspace.empty();
  workspace.write(
    'package.json',
    JSON.stringify({ name: 'scratch', private: true, workspaces: ['web'] }),
  );
  workspace.write(
    'web/package.json',
    JSON.stringify({ name: 'web', private: true, scripts: { hello: 'echo hello' } }),
  );
  workspace.write(
    'counted/Cargo.toml',
    '[package]\nname = "counted"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nitoa = "1"\n',
  );
  workspace.write('counted/src/lib.rs', moduleOf('one'));
  workspace.write('counted/Cargo.lock', lock('1.0.15'));
});

afterAll(() => workspace.remove());

/** Where the spec finds the graph. */
const DATA = { NX_WORKSPACE_DATA_DIRECTORY: 'data' };

it.each([true, false])(
  'externalNodes: %s: an update of a crate leaves the tasks of other projects cached',
  (externalNodes) => {
    const settings = { targetDefaults: { hello: { cache: true, inputs: ['default'] } } };
    workspace.configureNx(settings, { externalNodes });
    workspace.write('counted/Cargo.lock', lock('1.0.15'));
    expect(workspace.nxOk(['run', 'web:hello'], DATA).output).toContain('0/1 hit');
    const graph = JSON.parse(workspace.read('data/project-graph.json')) as {
      externalNodes: Record<string, unknown>;
      dependencies: Record<string, { target: string; type: string }[]>;
    };
    const crates = externalNodes ? ['cargo:itoa'] : [];
    expect(Object.keys(graph.externalNodes)).toEqual(crates);
    expect(graph.dependencies['counted']).toEqual(
      crates.map((target) => ({ source: 'counted', target, type: 'static' })),
    );
    workspace.write('counted/Cargo.lock', lock('1.0.17'));
    expect(workspace.nxOk(['run', 'web:hello'], DATA).output).toContain('1/1 hit');
  },
);

function lock(version: string): string {
  return `version = 4

[[package]]
name = "counted"
version = "0.1.0"
dependencies = ["itoa"]

[[package]]
name = "itoa"
version = "${version}"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "4a5f13b858c8d314ee3e8f639011f7ccefe71f97f96e50151fb991f267928e2c"
`;
}
