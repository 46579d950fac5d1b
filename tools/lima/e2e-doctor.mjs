// The part of the Lima run in which the doctor looks at the instance, and into its guest.
import assert from 'node:assert/strict';
import { INSTANCE } from './vm.mjs';

/** Checks that the guest itself must answer; those of the second list must find all as it should be. */
const SEEN = ['kernel', 'memlock', 'nproc', 'address-space', 'file-max', 'memory', 'disk'];
const FINE = ['io-uring', 'guest-shell', 'guest-nofile', 'guest-tools'];

/**
 * The doctor while the instance is stopped: it names that, and starts nothing.
 *
 * @param run.nx Runs an Nx command.
 * @param run.note Adds a row to the report.
 */
export async function diagnoseStopped({ nx, note }) {
  const told = await nx(['run', 'glommio:doctor', '--', '--json'], { fails: true });
  const [instance] = findingsOf(told).filter(({ check }) => check === 'lima-instance');
  assert.deepEqual(
    [instance.severity, instance.found, instance.mend],
    ['problem', 'stopped', [`limactl start ${INSTANCE}`]],
  );
  note('`doctor`, the instance is stopped', told, 'a problem, with the command that starts it');
}

/**
 * The doctor while the instance runs.
 *
 * @param run.guest Runs a script in the guest and gives its output.
 * @returns {Promise<string[]>} lines of a report: what was found of the guest.
 */
export async function diagnoseRunning({ nx, note, guest }) {
  const told = await nx(['run', 'glommio:doctor', '--', '--json']);
  const findings = findingsOf(told);
  const problems = findings.filter(({ severity }) => severity === 'problem');
  assert.deepEqual(problems, []);
  const ofGuest = findings.filter(({ about }) => about === `guest ${INSTANCE}`);
  const find = (check) => {
    const found = ofGuest.filter((finding) => finding.check === check);
    assert.notDeepEqual(found, [], `nothing of ${check} in the guest`);
    return found;
  };
  for (const { check, severity, found } of SEEN.flatMap(find))
    assert.ok(['ok', 'hint'].includes(severity), `${check} is ${severity}: ${found}`);
  for (const { check, severity, found } of FINE.flatMap(find))
    assert.equal(severity, 'ok', `${check}: ${found}`);
  // The host has a kernel and memory of its own.
  const [release, kibibytes] = guest(
    `uname -r; awk '/^MemTotal:/ { print $2 }' /proc/meminfo`,
  ).split('\n');
  assert.ok(find('kernel')[0].found.includes(release), find('kernel')[0].found);
  const gibibytes = Number(/([\d.]+) GiB/.exec(find('memory')[0].found)?.[1]);
  assert.ok(Math.abs(gibibytes - kibibytes / 2 ** 20) < 0.1, find('memory')[0].found);
  note('`doctor`', told, `${ofGuest.length} checks of the guest, no problem`);
  return [
    '| Check | Severity | Found |',
    '|---|---|---|',
    ...ofGuest.map(({ check, severity, found }) => `| \`${check}\` | ${severity} | ${found} |`),
  ];
}

function findingsOf({ output }) {
  const text = /^\{$.*^\}$/ms.exec(output)?.[0];
  assert.ok(text !== undefined, `the doctor printed no object:\n${output}`);
  return JSON.parse(text).findings;
}
