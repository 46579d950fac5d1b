// The results of edits as Markdown.

/**
 * @param results Records as `edits.mjs` writes them.
 * @param code Digest of the code that takes fingerprints now.
 */
export function editTables(results, code) {
  if (results.length === 0) return ['No edit was made yet.'];
  const bySameCode = results.filter((result) => result.code === code).length;
  const widened = results.flatMap((result) => result.widened).length;
  return [
    `${results.length} builds; ${bySameCode} of them with the very code that takes fingerprints now. ` +
      `${widened} builds had tests that depend on the whole binary.`,
    '',
    ...levelTable(results),
    '',
    ...kindTable(results),
  ];
}

function levelTable(results) {
  const rows = [...new Set(results.map(levelName))].sort().map((level) => {
    const chosen = results.filter((result) => levelName(result) === level);
    const edits = chosen.flatMap((result) => result.edits);
    const sum = total(edits);
    const elsewhere = total(chosen.flatMap((result) => result.elsewhere ?? []));
    const seenEdits = edits.filter(({ seen }) => seen > 0).length;
    const missed = chosen.reduce((count, result) => count + result.missed.length, 0);
    return [
      level,
      chosen.length,
      edits.length,
      seenEdits,
      sum.tests,
      sum.seen,
      missed,
      sum.changed,
      share(sum.unseen, sum.changed),
      share(elsewhere.changed, elsewhere.tests),
    ];
  });
  return table(
    [
      'Opt-level',
      'Builds',
      'Edits',
      'Edits seen in a test',
      'Tests of edited features',
      'Tests seen to differ',
      'Missed',
      'Fingerprints changed',
      'of these without a difference seen',
      'Changed of tests of other features',
    ],
    rows,
  );
}

const levelName = ({ optLevel, focus }) =>
  focus === undefined ? `${optLevel}` : `${optLevel}, ${focus} only`;

function kindTable(results) {
  const kinds = new Map();
  for (const result of results) {
    for (const edit of result.edits) {
      const known = kinds.get(edit.kind) ?? [];
      known.push({ ...edit, optLevel: result.optLevel });
      kinds.set(edit.kind, known);
    }
  }
  const levels = [...new Set(results.map(({ optLevel }) => optLevel))].sort();
  const rows = [...kinds]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, edits]) => {
      const sum = total(edits);
      return [
        kind,
        ...levels.map((level) => edits.filter(({ optLevel }) => optLevel === level).length),
        edits.filter(({ seen }) => seen > 0).length,
        sum.seen,
        sum.changed,
        share(sum.unseen, sum.changed),
      ];
    });
  return table(
    [
      'Kind of edit',
      ...levels.map((level) => `Edits at ${level}`),
      'Edits seen',
      'Tests seen to differ',
      'Fingerprints changed',
      'without a difference seen',
    ],
    rows,
  );
}

function total(counts) {
  const sum = { tests: 0, seen: 0, changed: 0, unseen: 0 };
  for (const count of counts) for (const key of Object.keys(sum)) sum[key] += count[key];
  return sum;
}

function share(part, whole) {
  return whole === 0 ? '–' : `${((part / whole) * 100).toFixed(1)} %`;
}

function table(heads, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(heads), `|${'---|'.repeat(heads.length)}`, ...rows.map(line)];
}
