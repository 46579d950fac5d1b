import type { CargoPackage } from '../cargo/metadata';
import { enabledBenches, type FeatureChoice } from './enabled-benches';

const bench = (name: string, ...requiredFeatures: string[]): CargoPackage['targets'][number] => ({
  ...{ name, kind: ['bench'], sourceFile: `/a/benches/${name}.rs`, test: false, doctest: false },
  requiredFeatures,
});

const PACKAGE: CargoPackage = {
  name: 'a',
  manifestFile: '/a/Cargo.toml',
  targets: [
    { ...bench('a'), kind: ['lib'] },
    bench('plain'),
    bench('usual', 'std'),
    bench('extra', 'fast'),
    bench('both', 'fast', 'std'),
  ],
  pathDependencies: [],
  features: { default: ['std'], std: [], fast: ['dep:simd'], most: ['fast', 'simd/avx'] },
};

test.each<[string, Partial<FeatureChoice>, string[]]>([
  ['nothing is asked for', {}, ['plain', 'usual']],
  ['a feature is', { features: ['fast'] }, ['both', 'extra', 'plain', 'usual']],
  ['one that enables another is', { features: ['most'] }, ['both', 'extra', 'plain', 'usual']],
  ['all are', { allFeatures: true }, ['both', 'extra', 'plain', 'usual']],
  ['default ones are left out', { noDefaultFeatures: true }, ['plain']],
  ['arguments say so', { args: ['--no-default-features', '-F', 'x,fast'] }, ['extra', 'plain']],
  ['an argument says so', { args: ['--features=fast std'] }, ['both', 'extra', 'plain', 'usual']],
  ['one of the bench looks like it', { args: ['--', '--all-features'] }, ['plain', 'usual']],
])('where %s', (_, choice, expected) => {
  expect(enabledBenches(PACKAGE, { args: [], ...choice })).toEqual(expected);
});
