import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { GUIDE, GUIDE_VERDICTS, PAINT } from './documented-crates';
import { INSTANCE, LocalGuest } from './local-guest';
import { startNx } from './nx-process';
import { processesBelow } from './running-processes';
import { ScratchWorkspace, type NxRun } from './scratch-workspace';

// The guest is a shell on this machine: with it all is real but the virtual machine.
const options = { runner: 'lima', limaBuild: 'guest', limaInstance: INSTANCE };
const SAYS = `runner: lima, instance ${INSTANCE} (the option runner says so)`;
const HIT = 'Nx read the output from the cache';
const LIBRARY = `pub fn add(a: u8, b: u8, c: u8, d: u8) -> u8 {
    a + b + c + d
}

#[cfg(test)]
mod tests {
    #[test]
    fn adds() {
        assert_eq!(super::add(1, 2, 3, 4), 10);
    }
}
`;

let guest: LocalGuest;
let workspace: ScratchWorkspace;

beforeAll(() => {
  guest = new LocalGuest();
  workspace = ScratchWorkspace.empty(options);
  workspace.writeCrate('small', {
    manifest: '\n[[bench]]\nname = "speed"\nharness = false\n',
    files: {
      'src/lib.rs': LIBRARY,
      'src/main.rs': 'fn main() {}\n',
      'benches/speed.rs':
        'fn main() {\n    println!("{:?}", std::env::args().skip(1).collect::<Vec<_>>());\n}\n',
    },
  });
  workspace.commit('a small crate');
});

afterAll(() => {
  workspace.remove();
  guest.remove();
});

function run(target: string, ...args: string[]): NxRun {
  return workspace.nx(['run', `small:${target}`, ...args], guest.environment);
}

/** Files that cargo left in the guest, whose names end like this. */
function inGuest(name: string): string[] {
  const folder = join(guest.home, '.cache/nx-cargo-test/target');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith(name),
  );
}

test('build leaves its program in the guest, and nothing here', () => {
  const { status, output } = run('build');
  expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining(SAYS) });
  expect(output).toMatch(/Finished .*dev/);
  expect(inGuest('debug/small')).toHaveLength(1);
  expect(existsSync(join(workspace.folder, 'small/target/debug'))).toBe(false);
});

test('lint is kept until something that clippy in the guest reads changes', () => {
  const first = run('lint');
  expect({ status: first.status, output: first.output }).toEqual({
    status: 0,
    output: expect.stringContaining(SAYS),
  });
  expect(run('lint').output).toContain(HIT);
  workspace.write('.clippy.toml', 'too-many-arguments-threshold = 3\n');
  const configured = run('lint').output;
  expect(configured).not.toContain(HIT);
  expect(configured).toContain('this function has too many arguments (4/3)');
  workspace.delete('.clippy.toml');
  expect(run('lint').output).toContain(HIT);
  workspace.write('small/src/lib.rs', LIBRARY.replace('a + b + c + d', 'return a + b + c + d;'));
  expect(run('lint').output).toContain('warning: unneeded `return` statement');
  guest.setRunning(false);
  expect(run('lint').output).toContain(HIT);
  guest.setRunning(true);
});

test('a failure of lint is one here, and is never kept', () => {
  for (const _ of [1, 2]) {
    const { status, output } = run('lint', '--', '--', '-D', 'warnings');
    expect(status).toBe(1);
    expect(output).toContain('error: unneeded `return` statement');
    expect(output).toContain('COMMAND_FAILED: small:lint: cargo clippy ended with exit code 101');
  }
  workspace.write('small/src/lib.rs', LIBRARY);
});

test('a bench in the guest gets its arguments word by word', () => {
  const { status, output } = run('bench-speed', '--', '--', '--save-baseline', 'a $HOME');
  expect(status).toBe(0);
  expect(output).toContain('["--save-baseline", "a $HOME", "--bench"]');
});

test('formatting needs no guest', () => {
  guest.setRunning(false);
  const { status, output } = run('fmt-check', '--skip-nx-cache');
  expect(status).toBe(0);
  expect(output).not.toContain('runner:');
  const stopped = run('build');
  expect(stopped.status).toBe(1);
  expect(stopped.output).toContain(`GUEST_UNUSABLE: the Lima instance ${INSTANCE} is stopped`);
  guest.setRunning(true);
});

test('all joins formatting here, clippy and tests in the guest', () => {
  const { status, output } = run('all', '--output-style=static');
  expect(status).toBe(0);
  expect(output).toContain('all: fmt-check, lint, test succeeded');
  expect(new Set(output.match(/^runner: .*$/gm))).toEqual(new Set([SAYS]));
});

describe('doc tests', () => {
  beforeAll(() => {
    workspace.writeCrate('paint', PAINT);
    workspace.writeCrate('guide', GUIDE);
  });
  afterAll(() => {
    workspace.delete('guide');
    workspace.delete('paint');
  });
  const runDoc = (...args: string[]): NxRun =>
    workspace.nx(['run', 'guide:test-doc', '--output-style=static', ...args], guest.environment);
  /** Verdict of each, as the results file has it. */
  const verdicts = (): Record<string, string> => {
    const file = 'guide/target/nx-cargo-test/guide/results/doc.json';
    const { tests } = JSON.parse(workspace.read(file)) as {
      tests: { name: string; verdict: { kind: string } }[];
    };
    return Object.fromEntries(tests.map(({ name, verdict }) => [name, verdict.kind]));
  };

  test('have their verdicts in the guest, and are kept', () => {
    const { status, output } = runDoc();
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining(SAYS) });
    expect(verdicts()).toEqual(GUIDE_VERDICTS);
    expect(existsSync(join(workspace.folder, 'guide/target/debug'))).toBe(false);
    guest.setRunning(false);
    expect(runDoc().output).toContain(HIT);
    guest.setRunning(true);
  });

  test('fail where an example does not hold', () => {
    workspace.replace('guide/README.md', 'area(2, 3), 6', 'area(2, 3), 7');
    for (const _ of [1, 2]) {
      const { status, output } = runDoc();
      expect(status).toBe(1);
      expect(output).toContain('failed: src/lib.rs - (line 3)');
      expect(verdicts()).toEqual({ ...GUIDE_VERDICTS, 'src/lib.rs - (line 3)': 'failed' });
    }
    expect(runDoc('--', 'shapes').output).toContain('doc tests: 1 passed, 6 not selected');
  });
});

test('Ctrl-C ends what a bench in the guest started', async () => {
  workspace.write(
    'small/benches/speed.rs',
    'fn main() {\n    std::thread::sleep(std::time::Duration::from_secs(600));\n}\n',
  );
  const benches = (): number =>
    processesBelow(guest.home).filter(({ args }) => args[0]?.includes('/deps/speed-')).length;
  const nx = startNx(workspace, ['run', 'small:bench'], guest.environment);
  await until(() => benches() > 0 || !nx.isRunning());
  expect(benches()).toBe(1);
  process.kill(nx.id, 'SIGINT');
  expect((await nx.ended).status).not.toBe(0);
  await until(() => benches() === 0);
});

/** Waits for something that happens by itself, or never: then Jest's own limit ends the test. */
async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await setTimeout(20);
}
