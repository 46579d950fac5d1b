import { spawnSync } from 'node:child_process';
import { shellWord } from './shell-word';

test.each([
  'plain/word-1.0',
  '',
  'two words',
  "it's",
  '$HOME `id` \\',
  '*',
  '~',
  'a\nb',
  '-n',
  'ü',
])('a shell takes the word for %j as it is', (text) => {
  const { stdout } = spawnSync('sh', ['-c', `printf '<%s>' ${shellWord(text)}`], {
    encoding: 'utf8',
  });
  expect(stdout).toBe(`<${text}>`);
});

test('a plain word stays readable', () => {
  expect(shellWord('--project=glommio')).toBe('--project=glommio');
});
