import { createLogfileWarningFilter } from './logfile-warning';
import { createSlowTestLines } from './slow-test-lines';

const warning = 'warning: `--logfile` is deprecated';

function filtered(...pieces: string[]): string {
  const filter = createLogfileWarningFilter();
  return pieces.map((piece) => filter.next(piece)).join('') + filter.end();
}

test('the warning about --logfile is left out, once, wherever the pieces end', () => {
  expect(filtered(`${warning}test says\n`)).toBe('test says\n');
  expect(filtered(`${warning}\nx`)).toBe('x');
  expect(filtered('sudo: hi\nwarn', warning.slice(4), 'rest')).toBe('sudo: hi\nrest');
  expect(filtered(warning, warning)).toBe(warning);
  expect(filtered('warning: unused', ' thing', ' w')).toBe('warning: unused thing w');
});

test('finds slow tests in lines that come in pieces', () => {
  const slow: [string, number][] = [];
  const lines = createSlowTestLines((test, seconds) => slow.push([test, seconds]));
  lines('test a::one has been run');
  lines(
    'ning for over 60 seconds\nother\ntest a::two - should panic has been running for over 60 seconds\n',
  );
  expect(slow).toEqual([
    ['a::one', 60],
    ['a::two', 60],
  ]);
});
