import { environmentDigest, packageVariablesDigest, replacePath } from './environment-digest';

const run = {
  environment: {
    CARGO_MANIFEST_DIR: '/home/a/ws/crate',
    OUT_DIR: '/home/a/ws/target/debug/build/crate-0123456789abcdef/out',
    LD_LIBRARY_PATH: '/home/a/ws/target/debug/deps:/home/a/.rustup/toolchains/stable/lib',
    RUSTUP_TOOLCHAIN: 'stable',
  },
  workingDirectory: '/home/a/ws/crate',
  runner: [],
  linkArguments: 'x',
};
const placesOf = (home: string) => [
  { path: home, token: '{home}' },
  { path: `${home}/ws`, token: '{workspaceRoot}' },
  { path: `${home}/ws/target`, token: '{targetFolder}' },
  { path: `${home}/.rustup/toolchains/stable`, token: '{sysroot}' },
];

test('two checkouts with two homes and other hashes get the same digest', () => {
  const other = JSON.parse(
    JSON.stringify(run)
      .replaceAll('/home/a', '/Users/b')
      .replace('0123456789abcdef', 'fedcba9876543210'),
  ) as typeof run;
  other.environment.RUSTUP_TOOLCHAIN = '1.95.0';
  expect(environmentDigest(other, placesOf('/Users/b'))).toBe(
    environmentDigest(run, placesOf('/home/a')),
  );
});

test.each([
  { ...run, environment: { ...run.environment, CARGO_MANIFEST_LINKS: 'z' } },
  { ...run, workingDirectory: '/home/a/ws' },
  { ...run, runner: ['sudo'] },
  { ...run, linkArguments: undefined },
])('a difference in how tests run is a difference (%#)', (changed) => {
  expect(environmentDigest(changed, placesOf('/home/a'))).not.toBe(
    environmentDigest(run, placesOf('/home/a')),
  );
});

test('only in paths of the target folder a hash does not count', () => {
  const of = (name: string, value: string) => {
    const environment = { ...run.environment, [name]: value };
    const places = placesOf('/home/a');
    return [
      environmentDigest({ ...run, environment }, places),
      packageVariablesDigest(environment, places),
    ].join();
  };
  for (const name of ['SESSION', 'CARGO_PKG_VERSION']) {
    for (const text of ['1.0.0-HASH', '/data/x-HASH/y', '/home/a/ws/target-HASH']) {
      const [one, two] = ['0123456789abcdef', 'fedcba9876543210'].map((hash) =>
        of(name, text.replace('HASH', hash)),
      );
      expect(one).not.toBe(two);
    }
  }
});

test('what cargo tells of the package stands apart', () => {
  const bumped = { ...run.environment, CARGO_PKG_VERSION: '2.0.0' };
  const places = placesOf('/home/a');
  expect(environmentDigest({ ...run, environment: bumped }, places)).toBe(
    environmentDigest(run, places),
  );
  expect(packageVariablesDigest(bumped, places)).not.toBe(
    packageVariablesDigest(run.environment, places),
  );
  expect(packageVariablesDigest({ ...bumped, OUT_DIR: '/x' }, places)).toBe(
    packageVariablesDigest(bumped, places),
  );
  expect(packageVariablesDigest({ CARGO_PKG_README: '/home/a/ws/README.md' }, places)).toBe(
    packageVariablesDigest({ CARGO_PKG_README: '/b/README.md' }, [
      { path: '/b', token: '{workspaceRoot}' },
    ]),
  );
});

test('only whole paths are replaced', () => {
  expect(replacePath('/ws:/ws/a:/ws2:/x/ws', '/ws', 'W')).toBe('W:W/a:/ws2:/x/ws');
});
