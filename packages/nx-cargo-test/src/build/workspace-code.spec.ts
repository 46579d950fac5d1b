import type { CompilerArtifact } from '../cargo/cargo-messages';
import { workspaceCode } from './workspace-code';

const REGISTRY = 'registry+https://github.com/rust-lang/crates.io-index';

const unit = (packageId: string, folder: string, file: string): CompilerArtifact => ({
  packageId,
  manifestPath: `${folder}/Cargo.toml`,
  kinds: ['lib'],
  name: '',
  sourceFile: '',
  features: [],
  isTest: false,
  filenames: [`/ws/target/debug/deps/${file}.rlib`, `/ws/target/debug/deps/${file}.rmeta`],
  executable: undefined,
  optimized: false,
  debugAssertions: true,
  fresh: true,
});

const script = (packageId: string, outDir: string) => ({
  packageId,
  outDir,
  cfgs: [],
  environmentNames: [],
});

const isWorkspace = workspaceCode(
  {
    artifacts: [
      unit('path+file:///ws#demo@0.1.0', '/ws', 'libdemo-1'),
      unit('path+file:///ws/near#0.1.0', '/ws/near', 'libnear-1'),
      unit(`${REGISTRY}#zstd-sys@2.0.0`, '/home/.cargo/registry/src/x/zstd-sys-2.0.0', 'libzstd-1'),
      unit(`${REGISTRY}#vendored@1.0.0`, '/ws/vendor/vendored', 'libvendored-1'),
      unit('git+https://host/repo?rev=1#far@1.0.0', '/home/.cargo/git/checkouts/repo', 'libfar-1'),
      unit('path+file:///rust/lib/src/library/std#0.0.0', '/rust/lib/src/library/std', 'libstd-1'),
    ],
    buildScripts: [
      script('path+file:///ws#demo@0.1.0', '/ws/target/debug/build/demo-2/out'),
      script(`${REGISTRY}#zstd-sys@2.0.0`, '/ws/target/debug/build/zstd-sys-2/out'),
    ],
  },
  '/rust',
);

test.each([
  '/ws/target/debug/deps/demo-3.abc.rcgu.o',
  '/tmp/rustc1/symbols.o',
  '/ws/target/debug/deps/libdemo-1.rlib',
  '/ws/target/debug/deps/libnear-1.rlib',
  '/ws/target/debug/build/demo-2/out/libnative.a',
  '/ws/native/libchecked-in.a',
  '/ws/target/debug/deps/libnobody-knows-1.rlib',
  '/opt/lib/libz.a',
])('of the workspace, or not known: %s', (path) => expect(isWorkspace(path)).toBe(true));

test.each([
  '/ws/target/debug/deps/libzstd-1.rlib',
  '/ws/target/debug/deps/libvendored-1.rlib',
  '/ws/target/debug/deps/libfar-1.rlib',
  '/ws/target/debug/deps/libstd-1.rlib',
  '/ws/target/debug/build/zstd-sys-2/out/libzstd.a',
  '/home/.cargo/registry/src/x/zstd-sys-2.0.0/prebuilt/libzstd.a',
  '/ws/vendor/vendored/libprebuilt.a',
])('from elsewhere: %s', (path) => expect(isWorkspace(path)).toBe(false));
