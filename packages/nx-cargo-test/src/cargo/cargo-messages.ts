import * as v from 'valibot';
import { CargoTestError } from '../errors';

const artifactSchema = v.object({
  reason: v.literal('compiler-artifact'),
  package_id: v.string(),
  manifest_path: v.string(),
  target: v.object({ kind: v.array(v.string()), name: v.string(), src_path: v.string() }),
  profile: v.object({ opt_level: v.string(), debug_assertions: v.boolean(), test: v.boolean() }),
  features: v.array(v.string()),
  filenames: v.array(v.string()),
  executable: v.nullable(v.string()),
  fresh: v.boolean(),
});

const buildScriptSchema = v.object({
  reason: v.literal('build-script-executed'),
  package_id: v.string(),
  env: v.array(v.tuple([v.string(), v.string()])),
  cfgs: v.array(v.string()),
  out_dir: v.string(),
});

/** A unit that cargo compiled or found fresh. */
export interface CompilerArtifact {
  readonly packageId: string;
  readonly manifestPath: string;
  /** Cargo's kinds of the target: `lib`, `rlib`, `proc-macro`, `bin`, `test`, `custom-build`, … */
  readonly kinds: readonly string[];
  readonly name: string;
  readonly sourceFile: string;
  readonly features: readonly string[];
  /** True unless it was compiled without any optimisation. */
  readonly optimized: boolean;
  readonly debugAssertions: boolean;
  /** True when it was compiled for `cargo test`, with or without libtest. */
  readonly isTest: boolean;
  readonly filenames: readonly string[];
  readonly executable: string | undefined;
  /** True when cargo had nothing to do for it. */
  readonly fresh: boolean;
}

/** A build script that cargo ran, now or in an earlier build that is still valid. */
export interface BuildScriptRun {
  readonly packageId: string;
  readonly outDir: string;
  /** `cfg`s that it set for the compilation of its package: `name` or `key="value"`. */
  readonly cfgs: readonly string[];
  /** Variables that it set for the compilation of its package. */
  readonly environmentNames: readonly string[];
}

/** What cargo reported of one build. */
export interface CargoMessages {
  readonly artifacts: readonly CompilerArtifact[];
  readonly buildScripts: readonly BuildScriptRun[];
}

/**
 * Reads what `--message-format=json…` writes. Lines that are no JSON objects are
 * passed over: proc macros may print to the same stream.
 *
 * @throws {CargoTestError} `CARGO_BUILD_FAILED` if a message has another shape than cargo's.
 */
export function parseCargoMessages(text: string): CargoMessages {
  const artifacts: CompilerArtifact[] = [];
  const buildScripts: BuildScriptRun[] = [];
  for (const line of text.split('\n')) {
    const message = parseObject(line);
    if (message === undefined) continue;
    if (message['reason'] === 'compiler-artifact') {
      const artifact = accept(artifactSchema, message);
      artifacts.push({
        packageId: artifact.package_id,
        manifestPath: artifact.manifest_path,
        kinds: artifact.target.kind,
        name: artifact.target.name,
        sourceFile: artifact.target.src_path,
        features: artifact.features,
        optimized: artifact.profile.opt_level !== '0',
        debugAssertions: artifact.profile.debug_assertions,
        isTest: artifact.profile.test,
        filenames: artifact.filenames,
        executable: artifact.executable ?? undefined,
        fresh: artifact.fresh,
      });
    } else if (message['reason'] === 'build-script-executed') {
      const script = accept(buildScriptSchema, message);
      buildScripts.push({
        packageId: script.package_id,
        outDir: script.out_dir,
        cfgs: script.cfgs,
        environmentNames: script.env.map(([name]) => name),
      });
    }
  }
  return { artifacts, buildScripts };
}

function parseObject(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function accept<S extends v.GenericSchema>(schema: S, message: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, message);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new CargoTestError(
    'CARGO_BUILD_FAILED',
    `cargo's message has an unknown shape at ${v.getDotPath(issue) ?? 'top level'}: ` +
      `expected ${issue.expected ?? 'another value'}, got ${issue.received}`,
  );
}
