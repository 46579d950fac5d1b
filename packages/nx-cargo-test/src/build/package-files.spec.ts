import type { CargoPackage, CargoWorkspace } from '../cargo/metadata';
import type { BuildUnit } from './build-units';
import { findAssembling, undeclaredReads } from './package-files';

function member(folder: string, ...dependencies: readonly string[]): CargoPackage {
  return {
    name: folder,
    manifestFile: `${folder}/Cargo.toml`,
    targets: [],
    pathDependencies: dependencies.map((each) => ({ name: each, folder: each, kind: 'normal' })),
  };
}

const cargo: CargoWorkspace = {
  folder: '/ws',
  targetFolder: '/ws/target',
  packages: [
    member('/ws', '/ws/uses'),
    member('/ws/macros'),
    member('/ws/plain'),
    member('/ws/uses', '/ws/macros'),
  ],
};

function unit(packageFolder: string, more: Partial<BuildUnit> = {}): BuildUnit {
  return {
    type: 'crate',
    name: packageFolder,
    stamp: `${packageFolder}.d`,
    packageFolder,
    root: `${packageFolder}/src/lib.rs`,
    files: [],
    variables: [],
    isMacro: false,
    fresh: true,
    ...more,
  };
}

const macros = unit('/ws/macros', { isMacro: true });

test.each([
  ['a crate that uses no macros', unit('/ws/plain'), []],
  ['a crate that uses macros', unit('/ws/uses'), ['/ws/uses/x', '/ws/macros/x']],
  ['a crate that uses them through another', unit('/ws'), ['/ws/x', '/ws/uses/x', '/ws/macros/x']],
  ['a build script', unit('/ws/plain', { type: 'script' }), ['/ws/plain/x']],
  ['a crate from outside of the Cargo workspace', unit('/away'), ['/away/x']],
])('%s', (_, reader, expected) => {
  const mayRead = undeclaredReads(cargo, [reader, macros], () => false);
  const files = ['/ws/x', '/ws/uses/x', '/ws/macros/x', '/ws/plain/x', '/away/x'];
  expect(files.filter((file) => mayRead(reader, file))).toEqual(expected);
  expect(mayRead(reader, '/ws/Cargo.lock')).toBe(expected.length > 0);
});

test('without macros in the build, crates read nothing that cargo does not know', () => {
  const reader = unit('/ws/uses');
  expect(undeclaredReads(cargo, [reader], () => false)(reader, '/ws/uses/x')).toBe(false);
});

test.each([
  [String.raw`global_asm!(".incbin \"data.bin\"");`, true],
  [String.raw`global_asm!(r#".include "macros.s""#);`, true],
  ['set.include(3)', false],
])('the assembler reads what %s asks for', (text, expected) => {
  const reader = unit('/ws/plain', { files: ['/ws/plain/src/lib.rs'] });
  const mayRead = undeclaredReads(
    cargo,
    [reader],
    findAssembling(() => text),
  );
  expect(mayRead(reader, '/ws/plain/data.bin')).toBe(expected);
  expect(mayRead(reader, '/ws/uses/data.bin')).toBe(false);
});
