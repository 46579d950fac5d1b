'use strict';
// Replaces a file by a large one, again and again; prints a line before each time.
require('./require-typescript.cjs');
const { replaceFile } = require('../../replace-file.ts');

const [file] = process.argv.slice(2);
const content = 'x'.repeat(1 << 23);

async function main() {
  for (;;) {
    process.stdout.write('again\n');
    await replaceFile(file, content);
  }
}

void main();
