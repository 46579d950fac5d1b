import fc from 'fast-check';
import { ObjectGraphError } from './errors';
import { fingerprintAndKeep, fingerprintTests, fingerprintTestsAgain } from './index';
import type { FileTable, KeyedLink, LinkState, TestFingerprints } from './index';
import { decodeLinkState, encodeLinkState } from './link-state';
import { edits, keyedLink, smallLinks } from './test-support/random-links';

/** All that is said of tests, in an order of its own; `undefined` for a link that cannot be followed. */
function followed({ files, executable, takesMore }: KeyedLink, tests: readonly string[]) {
  try {
    const all = files.map((file) => ({ ...file, bytes: file.table() }));
    return inOrder(fingerprintTests({ files: all, executable, takesMore }, tests));
  } catch (error) {
    if (error instanceof ObjectGraphError) return undefined;
    throw error;
  }
}

function inOrder(taken: TestFingerprints): unknown {
  return Object.fromEntries(
    Object.entries(taken).map(([key, value]) => [
      key,
      Array.isArray(value) ? value : [...(value as Iterable<unknown>)],
    ]),
  );
}

function stateOf(link: KeyedLink, tests: readonly string[]): LinkState | undefined {
  try {
    const { state } = fingerprintAndKeep(link, tests);
    return state && decodeLinkState(Buffer.concat(encodeLinkState(state)));
  } catch (error) {
    if (error instanceof ObjectGraphError) return undefined;
    throw error;
  }
}

test('what is told from an earlier link is what following all of it says, edit by edit', () => {
  let told = 0;
  let asked = 0;
  fc.assert(
    fc.property(smallLinks, fc.array(edits, { minLength: 1, maxLength: 6 }), (small, steps) => {
      const tables = new Map<string, FileTable>();
      const first = keyedLink(small, tables);
      let state = stateOf(first.link, first.tests);
      let edited = small;
      for (const edit of steps) {
        edited = edit(edited);
        const { link, tests } = keyedLink(edited, tables);
        const expected = followed(link, tests);
        if (state !== undefined) {
          asked++;
          const again = fingerprintTestsAgain(state, link, tests, (key) => tables.get(key));
          if (again !== undefined) {
            told++;
            expect(inOrder(again)).toEqual(expected);
            continue;
          }
        }
        state = stateOf(link, tests);
      }
    }),
    { numRuns: 100 },
  );
  // A check that never tells anything would hold as well.
  expect(told / asked).toBeGreaterThan(0.3);
});

test('a state that is damaged, cut short or of another version is none', () => {
  const [small] = fc.sample(smallLinks, { numRuns: 1, seed: 1 });
  const { link, tests } = keyedLink(small!, new Map());
  const bytes = Buffer.concat(encodeLinkState(fingerprintAndKeep(link, tests).state!));
  expect(decodeLinkState(bytes)).toBeDefined();
  fc.assert(
    fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, bits) => {
      const damaged = Uint8Array.from(bytes);
      damaged[at]! ^= bits;
      expect(decodeLinkState(damaged)).toBeUndefined();
      expect(decodeLinkState(bytes.subarray(0, at))).toBeUndefined();
    }),
  );
});

test('nothing is told of a link whose earlier objects are forgotten', () => {
  const [small] = fc.sample(smallLinks, { numRuns: 1, seed: 1 });
  const { link, tests } = keyedLink(small!, new Map());
  const state = fingerprintAndKeep(link, tests).state!;
  const other = { ...link.files[0]!, key: 'other' };
  const changed = { ...link, files: [other, ...link.files.slice(1)] };
  expect(fingerprintTestsAgain(state, link, tests, () => undefined)).toBeDefined();
  expect(fingerprintTestsAgain(state, changed, tests, () => undefined)).toBeUndefined();
});
