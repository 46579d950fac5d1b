import type { CfgSet } from '../cargo/cfg-expression';
import type { CompilerArtifact } from '../cargo/cargo-messages';
import type { CapturedLink } from '../cargo/read-capture';
import { CargoTestError } from '../errors';
import type { TestBinaryKind } from '../module/test-module';
import type { CompileSession } from './compile-session';
import { compiledCfg } from './compiled-cfg';
import { cargoEnvironment, type CargoRun } from './run-cargo-test';

/** A test binary, or a plain one that integration tests may start. */
export interface CompiledBinary {
  readonly kind: TestBinaryKind;
  /** Cargo target name. */
  readonly name: string;
  /** False for a plain binary, which `cargo test` builds for integration tests to start. */
  readonly isTest: boolean;
  readonly executable: string;
  /** SHA-256 of the executable, lower-case hexadecimal. */
  readonly sha256: string;
  readonly sourceFile: string;
  readonly optimized: boolean;
  /** Configuration that it was compiled with. */
  readonly cfg: CfgSet;
  /** What was linked into it, if it was linked by this build. */
  readonly link: CapturedLink | undefined;
  /** Why its link was not seen, for a binary that is not known either. */
  readonly unseen: string | undefined;
  /** Where cargo runs it; undefined for a plain binary. */
  readonly workingDirectory: string | undefined;
  /** What cargo adds to its environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * The binaries of the package that a run of cargo built or found up to date.
 *
 * @throws {CargoTestError} `CARGO_BUILD_FAILED` if cargo did not say how it runs one.
 */
export async function readBinaries(
  session: CompileSession,
  cargoRun: CargoRun,
): Promise<CompiledBinary[]> {
  const { request } = session;
  const links = await session.capture.readLinks();
  const built = cargoRun.messages.artifacts.flatMap((artifact) => {
    const { executable, manifestPath } = artifact;
    const kind = binaryKind(artifact);
    if (manifestPath !== request.package.manifestFile) return [];
    return executable === undefined || kind === undefined ? [] : [{ artifact, executable, kind }];
  });
  const digests = await request.host.digests(built.map(({ executable }) => executable));
  const binaries: CompiledBinary[] = [];
  for (const [index, { artifact, executable, kind }] of built.entries()) {
    const sha256 = digests[index]!;
    const link = links.get(sha256);
    const run = cargoRun.runs.find((each) => each.executable === executable);
    if (artifact.isTest && run === undefined) {
      throw new CargoTestError(
        'CARGO_BUILD_FAILED',
        `cargo did not say how it runs ${executable}; is a target runner forced by \`--config\` or \`[env]\`?`,
      );
    }
    binaries.push({
      kind,
      name: artifact.name,
      isTest: artifact.isTest,
      executable,
      sha256,
      sourceFile: artifact.sourceFile,
      optimized: artifact.optimized,
      cfg: compiledCfg(session.toolchain.cfg, cargoRun.messages, artifact),
      link,
      unseen:
        link !== undefined || (await request.isKnown(sha256)) ? undefined : unseenReason(session),
      workingDirectory: run?.workingDirectory,
      environment: run === undefined ? {} : cargoEnvironment(session, cargoRun, run),
    });
  }
  return binaries;
}

function unseenReason({ capture }: CompileSession): string {
  return capture.shim.uncaptured[0] ?? 'its link was not seen';
}

function binaryKind({ kinds }: CompilerArtifact): TestBinaryKind | undefined {
  const [kind = ''] = kinds;
  if (kind === 'bin' || kind === 'example' || kind === 'test' || kind === 'bench') return kind;
  return kind === 'custom-build' ? undefined : 'lib';
}
