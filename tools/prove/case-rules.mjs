// RTSCheck's seven rules for tools that select tests (Zhu, Legunsen, Shi, Gligoric, ICSE 2019), for
// a tool that selects by fingerprints, and what a model that knows the right answer adds to them.
//
// Rules 2 and 4 compare with other tools. Two stand in for these: one that selects all tests when
// the executable differs, and one that does when a source differs.

/** What each rule asks, in the order of the report. */
export const RULES = {
  R1: 'every test whose outcome or output differs is selected',
  R2: 'where others select all tests and none is selected, the model says so and no test differs',
  R3: 'not every revision selects all tests',
  R4: 'where others select no test, none is selected',
  R5: 'the same revision once more, made again or elsewhere, selects no test',
  R6: 'the first revision has a fingerprint for each test that an ordinary run gives a verdict on',
  R7: 'no revision that can be built and run makes the tool give up or widen',
  model: 'exactly the tests of the model are selected, those that may vary aside',
  undone: 'a change that is undone selects no test, compared with the revision before it',
  steps: 'changes made one by one give what they give at once in a clean folder',
};

/** Collects how often each rule was checked, and what broke one. */
export class RuleChecks {
  /** Checks by rule. */
  counts = Object.fromEntries(Object.keys(RULES).map((rule) => [rule, 0]));
  /** One line each. */
  violations = [];
  /** Per revision after the first: tests selected, tests that differ, tests that there are. */
  selections = [];

  check(rule, revision, problems) {
    this.counts[rule] += 1;
    const list = [problems].flat();
    if (list.length > 0)
      this.violations.push(`${revision}: ${rule} (${RULES[rule]}): ${list.join(', ')}`);
  }

  /** The first revision. */
  first(observed) {
    this.check('R6', 'first revision', counted(observed));
    this.#works('first revision', observed);
  }

  /** A revision that is no change. @param rule `R5`, `undone` or `steps`. */
  same(rule, revision, before, after) {
    const selected = selectedTests(before, after);
    this.check(rule, revision, [...selected, ...lostTests(before, after)]);
    this.#compare(revision, before, after, selected, undefined);
  }

  /** A revision after one change of the model. @param level Optimisation level. */
  changed(before, after, change, level) {
    const selected = selectedTests(before, after);
    const mayVary = change.levels === undefined || change.levels.includes(level);
    const isFree = (test) =>
      mayVary && (change.mayAlso ?? []).some((name) => name === '*' || name === test);
    const isExpected = (test) => change.selects.includes(test);
    this.check('model', change.name, [
      ...change.selects.filter((test) => !selected.includes(test)).map((test) => `not ${test}`),
      ...selected
        .filter((test) => !isExpected(test) && !isFree(test))
        .map((test) => `also ${test}`),
      ...symmetricDifference(lostTests(before, after), change.loses ?? []).map(
        (test) => `lost ${test}`,
      ),
    ]);
    this.#compare(change.name, before, after, selected, change);
  }

  /** A revision of which only the safe side is known: several changes at once. */
  combined(revision, before, after) {
    this.#compare(revision, before, after, selectedTests(before, after), undefined);
  }

  /** To be called when all revisions of a case are seen. */
  end() {
    const isAll = ({ selected, tests }) => selected === tests;
    this.check('R3', 'all revisions', this.selections.every(isAll) ? ['all tests, each time'] : []);
  }

  #compare(revision, before, after, selected, change) {
    const differing = [...after.results]
      .filter(([test, result]) => before.results.get(test) !== result)
      .map(([test]) => test);
    const tests = after.results.size;
    this.selections.push({ selected: selected.length, differing: differing.length, tests });
    this.check(
      'R1',
      revision,
      differing.filter((test) => !selected.includes(test)),
    );
    const isSameBinary = before.binary === after.binary;
    const isSameSource = before.sources === after.sources;
    if (selected.length === 0 && !isSameBinary && !isSameSource) {
      const isKnown = change === undefined || change.selects.length === 0;
      this.check('R2', revision, isKnown ? differing : ['the model expects some']);
    }
    if (isSameBinary && isSameSource) this.check('R4', revision, selected);
    this.#works(revision, after);
  }

  #works(revision, { widened }) {
    this.check(
      'R7',
      revision,
      widened.map(({ reason, count }) => `${count} widened: ${reason}`),
    );
  }
}

/** Tests whose fingerprint is new or another one, sorted. */
function selectedTests(before, after) {
  return [...after.fingerprints]
    .filter(([test, fingerprint]) => before.fingerprints.get(test) !== fingerprint)
    .map(([test]) => test)
    .sort();
}

function lostTests(before, after) {
  return [...before.fingerprints.keys()].filter((test) => !after.fingerprints.has(test));
}

function symmetricDifference(one, other) {
  return [
    ...one.filter((each) => !other.includes(each)),
    ...other.filter((each) => !one.includes(each)),
  ];
}

function counted({ fingerprints, verdicts }) {
  return fingerprints.size === verdicts && verdicts > 0
    ? []
    : [`${fingerprints.size} fingerprints, ${verdicts} verdicts`];
}
