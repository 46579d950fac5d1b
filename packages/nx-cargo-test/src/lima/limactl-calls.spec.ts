import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { guestToolchainCommand } from './guest-toolchain-command';
import { instanceCommand } from './instance-command';

// What limactl 1.2 and 2.x both know; flags that only one of them has stay out:
// `--preserve-env`, `--start` and `--sync` of 2.x are not in 1.2.
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  list: ['--json', '--format'],
  start: ['--tty=false'],
  shell: ['--workdir'],
  copy: [],
};

/** Each call of limactl in a text: its command and its flags, as far as they stand beside it. */
function calls(text: string): { command: string; flags: string[] }[] {
  return [...text.matchAll(/\blimactl (list|start|shell|copy)((?: --?[\w-]+(?:=\w+)?)*)/g)].map(
    ([, command = '', flags = '']) => ({ command, flags: flags.trim().split(' ').filter(Boolean) }),
  );
}

test.each([
  ['that tells what an instance is made from', instanceCommand('rust'), ['list']],
  ['that tells the tools of a guest', guestToolchainCommand('rust', []), ['list', 'shell']],
])('the command %s uses what both versions of limactl know', (_, command, expected) => {
  const found = calls(command);
  expect([...new Set(found.map((call) => call.command))].sort()).toEqual(expected);
  for (const { command: name, flags } of found)
    expect(KNOWN[name]).toEqual(expect.arrayContaining(flags));
});

test('so do all other calls', () => {
  const sources = readdirSync(__dirname)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .map((name) => readFileSync(join(__dirname, name), 'utf8'));
  const lists = sources.flatMap((text) => [
    ...text.matchAll(/\[('(?:list|start|shell|copy)'[^\]]*)\]/g),
  ]);
  const found = lists.map(([, list = '']) =>
    [...list.matchAll(/'([^']+)'/g)].map(([, word]) => word!),
  );
  expect(found.map(([command]) => command).sort()).toEqual([
    ...['copy', 'copy', 'list', 'list', 'shell', 'start'],
  ]);
  for (const [command = '', ...words] of found)
    expect(KNOWN[command]).toEqual(
      expect.arrayContaining(words.filter((word) => word.startsWith('-'))),
    );
});
