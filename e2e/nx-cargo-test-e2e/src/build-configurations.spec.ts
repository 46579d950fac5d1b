import { moduleOf } from './rust-module';
import { ScratchWorkspace } from './scratch-workspace';

const ALL = ['overflowing', 'plain', 'width'].map((module) => `configured/${module}::holds`);

let workspace: ScratchWorkspace;

beforeAll(() => {
  workspace = ScratchWorkspace.empty();
  workspace.writeCrate('configured', {
    manifest: '[features]\nwide = []\n',
    files: {
      'src/lib.rs': [
        'pub fn width() -> u32 {\n    if cfg!(feature = "wide") { 64 } else { 32 }\n}\n\npub fn sum(values: &[u8]) -> u8 {\n    values.iter().sum()\n}\n',
        moduleOf('width', 'assert_eq!(crate::width(), 32);'),
        moduleOf(
          'overflowing',
          'assert!(std::panic::catch_unwind(|| crate::sum(&[200, 100])).is_err());',
        ),
        moduleOf('plain', 'assert_eq!(crate::sum(&[1, 2]), 3);'),
      ].join(''),
    },
  });
  workspace.commit('a crate');
  expect(workspace.nxOk(['run', 'configured:test']).executed).toEqual(ALL);
});

afterAll(() => workspace.remove());

test.each([
  {
    what: 'another feature set',
    options: { features: ['wide'] },
    executed: ['configured/width::holds'],
    fails: 'width',
  },
  { what: 'another profile', options: { profile: 'release' }, executed: ALL, fails: 'overflowing' },
])(
  '$what runs what is compiled differently, and back again none',
  ({ options, executed, fails }) => {
    workspace.configureNx({}, options);
    const changed = workspace.nx(['run', 'configured:test']);
    expect([changed.status === 0, changed.executed]).toEqual([false, executed]);
    expect(changed.outputOf(`configured:test-${fails}`)).toContain(`failed: ${fails}::holds`);
    expect(changed.output.match(/failed: \w+::holds/g)).toHaveLength(1);
    expect(workspace.nx(['run', 'configured:test']).executed).toEqual([
      `configured/${fails}::holds`,
    ]);

    workspace.configureNx({});
    expect(workspace.nxOk(['run', 'configured:test']).executed).toEqual([]);
  },
);
