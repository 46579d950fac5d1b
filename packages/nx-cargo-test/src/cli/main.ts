import { join } from 'node:path';
import { loadLinkGraph } from '../build/load-link-graph';
import { readCargoMetadata } from '../cargo/metadata';
import { realDoctorEdges } from '../doctor/real-edges';
import { ledgerFolder } from '../ledger/ledger-folder';
import { loadDataFolderVariables } from './find-workspace';
import { readCargoProjects } from './nx-cargo-projects';
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
  doctor: realDoctorEdges(),
  objects: {
    cargoProjects(workspaceRoot) {
      loadDataFolderVariables(workspaceRoot, process.env);
      return readCargoProjects(workspaceRoot);
    },
    async buildFolder(workspaceRoot, cargoWorkspace) {
      const manifestFile = join(workspaceRoot, cargoWorkspace, 'Cargo.toml');
      const { targetFolder } = await readCargoMetadata(manifestFile);
      return join(targetFolder, 'nx-cargo-test', '.build');
    },
    loadGraph: (record, buildFolder) =>
      Promise.resolve().then(() => loadLinkGraph(record, buildFolder)),
  },
}).then((status) => {
  // Not process.exit(), which would cut off output that is still on its way into a pipe.
  process.exitCode = status;
});
