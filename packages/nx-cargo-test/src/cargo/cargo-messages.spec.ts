import { parseCargoMessages } from './cargo-messages';

const artifact = {
  reason: 'compiler-artifact',
  package_id: 'path+file:///ws#demo@0.1.0',
  manifest_path: '/ws/Cargo.toml',
  target: { kind: ['lib'], crate_types: ['lib'], name: 'demo', src_path: '/ws/src/lib.rs' },
  profile: { opt_level: 's', debug_assertions: false, test: true },
  features: ['a'],
  filenames: ['/ws/target/debug/deps/demo-1'],
  executable: '/ws/target/debug/deps/demo-1',
  fresh: false,
};

test('messages are read, and what proc macros print is passed over', () => {
  const script = {
    reason: 'build-script-executed',
    package_id: artifact.package_id,
    cfgs: ['fast'],
    env: [['KEY', 'value']],
    out_dir: '/ws/out',
  };
  const text = ['noise', '{broken', JSON.stringify(artifact), JSON.stringify(script), ''].join(
    '\n',
  );
  const { artifacts, buildScripts } = parseCargoMessages(text);
  expect(artifacts).toMatchObject([{ name: 'demo', isTest: true, optimized: true, fresh: false }]);
  expect(buildScripts).toEqual([
    {
      packageId: artifact.package_id,
      outDir: '/ws/out',
      cfgs: ['fast'],
      environmentNames: ['KEY'],
    },
  ]);
});

test('a message of another shape fails', () => {
  const { filenames, ...incomplete } = artifact;
  expect(filenames).toHaveLength(1);
  expect(() => parseCargoMessages(JSON.stringify(incomplete))).toThrow(
    expect.objectContaining({ code: 'CARGO_BUILD_FAILED' }),
  );
});
