#!/usr/bin/env node
// Not in dist, so that npm finds it when it links a checkout that is not built yet.
require('../dist/cli/main.js');
