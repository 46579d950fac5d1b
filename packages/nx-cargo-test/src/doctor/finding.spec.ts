import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKS } from './finding';

test('every check has a section in docs/doctor.md, in the order of the report', () => {
  const text = readFileSync(join(__dirname, '../../../../docs/doctor.md'), 'utf8');
  const sections = [...text.matchAll(/^### (\S+)$/gm)].map(([, name]) => name);
  expect(sections).toEqual(CHECKS);
});
