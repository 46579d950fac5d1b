import { ledgerFolder } from '../ledger/ledger-folder';
import { loadDataFolderVariables } from './find-workspace';
import { runCli } from './run-cli';

// A reader that has seen enough, such as `head`, closes the pipe: no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

void runCli(process.argv.slice(2), {
  cwd: process.cwd(),
  environment: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  ledgerFolder(workspaceRoot) {
    loadDataFolderVariables(workspaceRoot, process.env);
    return ledgerFolder(workspaceRoot);
  },
}).then((status) => {
  // Not process.exit(), which would cut off output that is still on its way into a pipe.
  process.exitCode = status;
});
