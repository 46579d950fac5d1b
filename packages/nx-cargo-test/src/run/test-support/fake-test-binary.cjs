'use strict';
// Behaves like a libtest binary: the last segment of a test's name says what the test does.
const { appendFileSync, writeFileSync } = require('node:fs');
const { spawn } = require('node:child_process');

const args = process.argv.slice(2);
if (process.env.FAKE_REFUSES_LOGFILE === '1') {
  process.stderr.write("error: Unrecognized option: 'logfile'\n");
  process.exit(101);
}
const logFile = args[args.indexOf('--logfile') + 1];
const tests = args.filter((arg, index) => !arg.startsWith('-') && args[index - 1] !== '--logfile');
process.stderr.write('warning: `--logfile` is deprecated');
writeFileSync(logFile, '');
const log = (line) => appendFileSync(logFile, `${line}\n`);
process.stdout.write(`\nrunning ${tests.length} tests\n`);

const failed = [];
const hang = () => setInterval(() => undefined, 1000);
// As if memory ran out once so many tests have run in one process.
const room = Number(process.env.FAKE_ROOM ?? Infinity);
// As if more tests than these used up what there is.
const lacking = Number(process.env.FAKE_LACKING ?? Infinity);
const errors = new Map();
for (const [index, test] of tests.entries()) {
  if (index === room) process.kill(process.pid, 'SIGKILL');
  const act = test.split('::').at(-1);
  if (act.startsWith('passes')) log(`ok ${test}`);
  else if (act.startsWith('fails')) {
    failed.push(test);
    log(`failed ${test}`);
  } else if (act === 'ignored') log(`ignored: not on\nthis host ${test}`);
  else if (act === 'aborts') process.kill(process.pid, 'SIGABRT');
  else if (act === 'takes_all' && tests.length > 1) process.kill(process.pid, 'SIGKILL');
  else if (act === 'takes_all') log(`ok ${test}`);
  else if (act === 'is_killed') process.kill(process.pid, 'SIGKILL');
  else if (act.startsWith('lacks') && tests.length > lacking) {
    failed.push(test);
    errors.set(test, process.env.FAKE_ERROR);
    log(`failed ${test}`);
  } else if (act.startsWith('lacks')) log(`ok ${test}`);
  else if (act === 'exits_0') process.exit(0);
  else if (act === 'exits_101') process.exit(101);
  else if (act === 'unlogged') continue;
  else if (act === 'twice') log(`ok ${test}\nok ${test}`);
  else if (act === 'stranger') log(`ok ${test}\nok some::other`);
  else if (act === 'prints_forged_verdict') {
    process.stdout.write('test a::unlogged ... ok\n');
    log(`ok ${test}`);
  } else if (act === 'prints_much') {
    process.stdout.write('a line of output\n'.repeat(100000));
    log(`ok ${test}`);
  } else if (act === 'leaves_child') {
    spawn('sleep', ['600'], { stdio: ['ignore', 'inherit', 'inherit'] }).unref();
    log(`ok ${test}`);
  } else if (act === 'shows_environment') {
    process.stdout.write(`${JSON.stringify({ cwd: process.cwd(), env: process.env, args })}\n`);
    log(`ok ${test}`);
  } else if (act === 'hangs' || act === 'hangs_and_ignores_sigterm') {
    if (act !== 'hangs') process.on('SIGTERM', () => undefined);
    hang();
    return;
  } else if (act === 'hangs_at_the_end') {
    log(`ok ${test}`);
    hang();
    return;
  } else throw new Error(`unknown act ${act}`);
}
if (failed.length > 0) {
  const sections = failed.map(
    (test) => `---- ${test} stdout ----\nown output of ${test}\n${errors.get(test) ?? ''}\n`,
  );
  const names = failed.map((test) => `    ${test}\n`).join('');
  process.stdout.write(`\nfailures:\n\n${sections.join('\n')}\n\nfailures:\n${names}\n`);
  process.stdout.write('test result: FAILED. 0 passed\n');
}
process.exitCode =
  process.env.FAKE_EXIT === undefined
    ? failed.length > 0
      ? 101
      : 0
    : Number(process.env.FAKE_EXIT);
