// Compares two builds that some edits lie between: what was seen, and what the fingerprints say.

/**
 * @param before `{ seen, fingerprints }`, both by test.
 * @param after The same of the next build.
 * @param edits As `nextProgram` gives them: each belongs to the tests of its feature; one without a
 *   feature, or made alone, to all.
 * @returns `{ edits, elsewhere, missed }`: per edit, and for the tests that no edit belongs to, how
 *   many tests there are, were seen to differ, have another fingerprint, and have one without being
 *   seen to differ; and the tests that were seen to differ under the same fingerprint.
 */
export function compareBuilds(before, after, edits) {
  const tests = [...after.seen.keys()].filter((test) => before.seen.has(test));
  const isSeen = (test) => before.seen.get(test) !== after.seen.get(test);
  const isChanged = (test) => before.fingerprints.get(test) !== after.fingerprints.get(test);
  const count = (chosen) => ({
    tests: chosen.length,
    seen: chosen.filter(isSeen).length,
    changed: chosen.filter(isChanged).length,
    unseen: chosen.filter((test) => isChanged(test) && !isSeen(test)).length,
  });
  const isAlone = edits.length === 1;
  const featureOf = (test) => test.slice(0, test.indexOf('::'));
  return {
    edits: edits.map(({ id, template, slot, kind }) => ({
      kind,
      template,
      slot,
      ...count(isAlone ? tests : tests.filter((test) => featureOf(test) === id)),
    })),
    elsewhere: count(
      isAlone ? [] : tests.filter((test) => !edits.some(({ id }) => id === featureOf(test))),
    ),
    missed: tests.filter((test) => isSeen(test) && !isChanged(test)),
  };
}
