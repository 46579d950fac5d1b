import { readFileSync } from 'node:fs';
import { arch, platform, release } from 'node:os';
import { digest } from '../disk-cache';

/** What of a machine bears on how a test ends, apart from the code and the declared inputs. */
export interface Machine {
  /** Operating system, such as `linux`. */
  readonly os: string;
  /** Kernel version up to its second number, such as `6.1`. */
  readonly kernel: string;
  /** Processor architecture in Node.js's words, such as `x64`. */
  readonly architecture: string;
  /** Tests run as the superuser, who may read and write what others may not. */
  readonly isSuperuser: boolean;
  /** Features of the processor, sorted; asked for only when code was compiled for just this one. */
  processorFeatures(): string;
}

/** How one test binary runs on a machine. */
export interface BinaryRun {
  /** Triple that the binary was compiled for. */
  readonly triple: string;
  /** The code was compiled for the features of the processor that compiled it. */
  readonly nativeProcessor: boolean;
  /** How processes are made: `native`. */
  readonly runner: string;
  /** The fingerprint file's digest of cargo's environment, working directory, target runner and link arguments. */
  readonly environment: string;
  /** For tests that can read any variable: the fingerprint file's digest of `CARGO_PKG_*`. */
  readonly packageVariables?: string | undefined;
  /** Variables of the run-time environment that count, with their values as tests see them. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** See `sharedLibraries`. */
  readonly libraries: readonly string[];
}

/** This machine. */
export function thisMachine(): Machine {
  return {
    os: platform(),
    kernel: release().split('.').slice(0, 2).join('.'),
    architecture: arch(),
    isSuperuser: process.geteuid?.() === 0,
    processorFeatures: readProcessorFeatures,
  };
}

/** A machine in words, for example `linux 6.1 x64, native`. */
export function describeMachine({ os, kernel, architecture }: Machine, runner: string): string {
  return `${os} ${kernel} ${architecture}, ${runner}`;
}

/** Digest of all of a machine that bears on the tests of one binary. */
export function machineDigest(machine: Machine, run: BinaryRun): string {
  const { triple, runner, environment, variables, libraries } = run;
  return digest(
    JSON.stringify([
      [machine.os, machine.kernel, machine.architecture, machine.isSuperuser],
      [triple, runner, environment, run.packageVariables ?? null],
      Object.keys(variables)
        .sort()
        .map((name) => [name, variables[name] ?? null]),
      [...libraries].sort(),
      run.nativeProcessor ? machine.processorFeatures() : null,
    ]),
  );
}

/** The `flags` of x86 and the `Features` of Arm in /proc/cpuinfo, with the model, which stands for what these do not say. */
function readProcessorFeatures(): string {
  const lines = readFileSync('/proc/cpuinfo', 'utf8').split('\n');
  const facts = lines.filter((line) =>
    /^(?:vendor_id|cpu family|model|stepping|flags|Features|CPU (?:implementer|architecture|variant|part|revision))\s*:/.test(
      line,
    ),
  );
  return [...new Set(facts)].sort().join('\n');
}
