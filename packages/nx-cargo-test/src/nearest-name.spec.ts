import { proposeNearest } from './nearest-name';

test.each([
  ['a typo', 'limma', '; did you mean lima?'],
  ['other case', 'LIMA', '; did you mean lima?'],
  ['letters swapped', 'ntaive', '; did you mean native?'],
  ['nothing alike', 'docker', ''],
  ['nothing at all', '', ''],
])('%s', (_, wanted, proposal) => {
  expect(proposeNearest(wanted, ['auto', 'native', 'lima'])).toBe(proposal);
});

test('the one with the fewest typos', () => {
  expect(proposeNearest('limaStarts', ['limaSources', 'limaStart'])).toBe(
    '; did you mean limaStart?',
  );
});
