'use strict';
// Runs a program as the native runner does, again and again, with a folder of its own each time;
// prints a line whenever one has started.
const { join } = require('node:path');
require('./require-typescript.cjs');
const { withPrivateFolder } = require('../../run/private-folder.ts');
const { spawnWithNode } = require('./spawn-with-node.ts');

const [seconds] = process.argv.slice(2);

async function main() {
  for (;;) {
    await withPrivateFolder(async (folder) => {
      const child = spawnWithNode(
        {
          file: '/bin/sh',
          // By one argument the specification knows it, by the other the guard, as by a log file's.
          args: ['-c', 'echo started; sleep "$1" & wait', 'sh', seconds, join(folder, 'log')],
          workingDirectory: folder,
          environment: { PATH: process.env.PATH },
        },
        { onOutput: (_, text) => process.stdout.write(text) },
      );
      const timer = setTimeout(() => child.kill(), 40);
      await child.ended;
      clearTimeout(timer);
    });
  }
}

void main();
