// Preloaded into each Node process of a profiled command: leaves a CPU profile
// in the folder NX_CARGO_TEST_PROFILES when the process ends by itself.
const { writeFileSync } = require('node:fs');
const { Session } = require('node:inspector');
const { join } = require('node:path');

const folder = process.env.NX_CARGO_TEST_PROFILES;
const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.start');
process.on('exit', () => {
  session.post('Profiler.stop', (error, result) => {
    if (error === null) {
      writeFileSync(join(folder, `${process.pid}.cpuprofile`), JSON.stringify(result.profile));
    }
  });
});
