const ROWS = ['passed', 'failed', 'ignored', 'killed', 'not run'];
const KINDS = {
  passed: 'passed',
  reused: 'passed',
  failed: 'failed',
  ignored: 'ignored',
  killed: 'killed',
  notRun: 'not run',
};

/** Compares what both runs say of the listed tests; the text is Markdown. */
export function ceilingReport({
  mebibytes,
  version,
  date,
  machine,
  versions,
  attempts,
  nx,
  lib,
  all,
  results,
}) {
  const cargo = attempts.at(-1);
  const ofCargo = countCargo(lib, cargo.output);
  const ofNx = countNx(all, results);
  const ofNxLib = countNx(
    lib,
    results.filter(({ leaf }) => leaf.startsWith('lib')),
  );
  const wasKilled = !cargo.hangs && /signal: 9, SIGKILL/.test(cargo.output);
  const hangs = attempts.filter((attempt) => attempt.hangs);
  const row = (name, ...cells) => `| ${[name, ...cells].join(' | ')} |`;
  const columns = [ofCargo, ofNxLib, ofNx];
  const killed = results.flatMap(({ tests }) =>
    tests
      .filter(({ verdict }) => verdict.kind === 'killed')
      .map(
        ({ name, verdict, expectedFailure }) =>
          `- \`${name}\`: ${verdict.by}${expectedFailure ? ' (a known failure of this machine)' : ''}`,
      ),
  );
  const unexpected = results.flatMap(({ tests }) =>
    tests
      .filter(({ verdict, expectedFailure }) => verdict.kind === 'failed' && !expectedFailure)
      .map(({ name }) => `- \`${name}\``),
  );
  const reruns = nx.output.split('\n').filter((line) => /was killed by .* run again/.test(line));
  const noReruns = `None: one process for each module needs less than one for all.${
    nx.kills > 0 ? ' What the kernel killed was started by a test.' : ''
  }`;
  const list = (lines) => (lines.length > 0 ? lines.join('\n') : 'None.');
  const text = `# glommio 0.9.0 with too little memory

${date}, ${machine}, ${versions.join(', ')}. Made by

\`\`\`sh
node tools/glommio-ceiling.mjs --ceiling=${mebibytes}
\`\`\`

A control group of version ${version} lets all test processes together use ${mebibytes} MiB, without swap.
A target runner puts them into it; cargo, rustc and Nx are outside. Compiled before; Nx's
cache and the ledger are not used. One process of tests at a time, one thread in each.
Both runs have the tests that fail on this machine in any case
(\`tools/glommio-expected-failures.json\`).

| | \`cargo test --lib\` | \`nx run glommio:test\`, unit tests | \`nx run glommio:test\`, all |
|---|---|---|---|
${row('listed', ...columns.map(({ listed }) => listed))}
${ROWS.map((name) => row(name, ...columns.map((counts) => counts[name]))).join('\n')}
${row('without one verdict', ...columns.map((counts) => counts.open))}
${row('processes killed by the kernel', `${cargo.kills}`, '', `${nx.kills}`)}
${row('exit', wasKilled ? `${cargo.status}, the process died of SIGKILL` : cargo.status, '', nx.status)}
${row('seconds', cargo.seconds.toFixed(0), '', nx.seconds.toFixed(0))}

${
  hangs.length === 0
    ? ''
    : `${hangs.length} earlier attempts of cargo hung in ${hangs
        .map(
          ({ output }) =>
            `\`${output
              .match(/^test \S+/gm)
              ?.at(-1)
              ?.slice(5)}\``,
        )
        .join(', ')}, said nothing for 45 s and were ended; the column is the last attempt.\n\n`
}The time of Nx is ${(nx.seconds / cargo.seconds).toFixed(1)} times that of cargo, whose process came to ${(((ofCargo.listed - ofCargo.open) / ofCargo.listed) * 100).toFixed(0)} % of its tests.

## Processes that were killed and run again in smaller ones

${reruns.length > 0 ? list(reruns.map((line) => `- ${line.trim()}`)) : noReruns}

## Tests that were killed

${list(killed)}

## Tests that failed and are not known to fail

${list(unexpected)}
`;
  return { text, isAsExpected: wasKilled && cargo.kills > 0 && ofNx.listed > 0 && ofNx.open === 0 };
}

/** The lines of libtest; what it prints without an end is no verdict. */
function countCargo(listed, output) {
  const verdicts = new Map();
  for (const [, name, verdict] of output.matchAll(
    /^test (\S+)(?: - should panic)? \.\.\. (ok|FAILED|ignored)/gm,
  ))
    verdicts.set(`glommio/${name}`, [
      { ok: 'passed', FAILED: 'failed', ignored: 'ignored' }[verdict],
    ]);
  return count(listed, verdicts);
}

function countNx(listed, results) {
  const verdicts = new Map();
  for (const { leaf, complete, tests } of results) {
    if (!complete) continue;
    const binary = /^test:(.*)$/.exec(leaf)?.[1] ?? 'glommio';
    for (const { name, verdict } of tests) {
      const key = `${binary}/${name}`;
      verdicts.set(key, [...(verdicts.get(key) ?? []), KINDS[verdict.kind]]);
    }
  }
  return count(listed, verdicts);
}

function count(listed, verdicts) {
  const counts = {
    listed: listed.length,
    open: 0,
    ...Object.fromEntries(ROWS.map((name) => [name, 0])),
  };
  for (const test of listed) {
    const own = verdicts.get(test) ?? [];
    if (own.length === 1) counts[own[0]] += 1;
    else counts.open += 1;
  }
  return counts;
}
