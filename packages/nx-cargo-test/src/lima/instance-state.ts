import * as v from 'valibot';
import { CargoTestError } from '../errors';
import type { LimactlAnswer, RunLimactl } from './run-limactl';

/** What is taken of a line of `limactl list --json`; fields come and go with versions. */
const instanceSchema = v.object({
  name: v.string(),
  status: v.string(),
  arch: v.optional(v.string()),
  vmType: v.optional(v.string()),
  sshLocalPort: v.optional(v.number()),
  config: v.optional(v.record(v.string(), v.unknown()), () => ({})),
});

/** An instance as Lima knows it, running or not. */
export type LimaInstance = v.InferOutput<typeof instanceSchema>;

/** State of an instance; `present` only where it exists. */
export type InstanceState =
  | { readonly kind: 'running'; readonly instance: LimaInstance }
  | { readonly kind: 'stopped'; readonly instance: LimaInstance }
  /** Its virtual machine runs and can't be reached, or Lima finds it damaged. */
  | { readonly kind: 'broken'; readonly instance: LimaInstance }
  /** `others` are the names of those that there are. */
  | { readonly kind: 'missing'; readonly others: readonly string[] };

/**
 * Looks up an instance, by its name: a list of all fails when Lima can't load another
 * one, such as a folder that was left half removed. All are listed only to name them.
 *
 * @throws {CargoTestError} `GUEST_UNUSABLE` when limactl fails or its answer can't be read.
 */
export async function readInstance(run: RunLimactl, name: string): Promise<InstanceState> {
  const own = ['list', '--json', name];
  const answer = await run(own);
  const isNamed = (each: LimaInstance): boolean => each.name === name;
  if (answer.exitStatus === 0) {
    const instance = readLines(answer).find(isNamed);
    if (instance !== undefined) return stateOf(instance);
  }
  // The exit status is the same whether there is no such instance or something else is wrong.
  const all = await run(['list', '--json']);
  if (all.exitStatus !== 0) throw failure(own, answer.exitStatus === 0 ? all : answer);
  const instances = readLines(all);
  if (instances.some(isNamed)) throw failure(own, answer);
  return { kind: 'missing', others: instances.map((each) => each.name).sort() };
}

function stateOf(instance: LimaInstance): InstanceState {
  if (instance.status === 'Stopped') return { kind: 'stopped', instance };
  // Without a port nobody can log in, whatever the status.
  const isReachable = instance.status === 'Running' && (instance.sshLocalPort ?? 0) > 0;
  return { kind: isReachable ? 'running' : 'broken', instance };
}

function failure(args: readonly string[], { exitStatus, stderr }: LimactlAnswer): CargoTestError {
  const end = exitStatus === null ? 'by a signal' : exitStatus;
  return new CargoTestError(
    'GUEST_UNUSABLE',
    `\`limactl ${args.join(' ')}\` failed (${end}): ${stderr.trim()}`,
  );
}

/** What is wrong with an instance that does not run, and the command that mends it. */
export function describeUnusable(
  name: string,
  state: Exclude<InstanceState, { kind: 'running' }>,
): string {
  switch (state.kind) {
    case 'stopped':
      return `the Lima instance ${name} is stopped; start it with \`limactl start ${name}\`, or set the option limaStart`;
    case 'broken':
      return `the Lima instance ${name} is broken (Lima says ${state.instance.status}); mend it with \`limactl stop --force ${name}\` and \`limactl start ${name}\``;
    case 'missing': {
      const others = state.others.length === 0 ? 'there is none' : `there is ${list(state.others)}`;
      return `there is no Lima instance ${name} (${others}); make it with \`limactl create --name=${name} template://default\`, or name another one by the option limaInstance`;
    }
  }
}

/** Lima writes an object a line, and nothing when there are no instances. */
function readLines({ stdout }: LimactlAnswer): LimaInstance[] {
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [readLine(line)]));
}

function readLine(line: string): LimaInstance {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    value = undefined;
  }
  const result = v.safeParse(instanceSchema, value);
  if (result.success) return result.output;
  throw new CargoTestError(
    'GUEST_UNUSABLE',
    `\`limactl list --json\` gave a line that is not an instance: ${line.slice(0, 200)}`,
  );
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
