'use strict';
// Adds records to a ledger and merges its files, again and again; prints a line for each record
// that is safe on disk.
require('../../process/test-support/require-typescript.cjs');
const { LEDGER_LIMITS } = require('../bound-records.ts');
const { openLedgerStore } = require('../ledger-store.ts');
const { passOf, revocationOf } = require('./sample-records.ts');

const [folder, name] = process.argv.slice(2);
// The keys are all of one made-up test.
const limits = { ...LEDGER_LIMITS, passesPerTest: LEDGER_LIMITS.passes, files: 3 };
const store = openLedgerStore(folder, { limits });

async function writeRecords() {
  const writer = store.openWriter();
  for (let number = 0; ; number++) {
    const key = `${name}-${number}`;
    writer.addPasses([passOf(key)]);
    await writer.flush();
    process.stdout.write(`passed ${key}\n`);
    if (number % 3 === 0) {
      writer.revoke([revocationOf(key, `r-${key}`)]);
      await writer.flush();
      process.stdout.write(`failed ${key}\n`);
    }
    const problems = await store.compactIfNeeded();
    if (problems.length > 0) throw new Error(problems.join('\n'));
  }
}

void writeRecords();
