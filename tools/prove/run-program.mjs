// Starts programs that may hang, and ends all that they started.
import { spawn } from 'node:child_process';

const running = new Set();
// Also when the proof is interrupted: a test that hangs would stay for ever.
process.on('exit', () => {
  for (const child of running) killGroup(child);
});

/**
 * Runs a program in a process group of its own and waits for its end.
 *
 * @param options.cwd Working directory.
 * @param options.env Its whole environment.
 * @param options.limitMs After which the group is killed. Default: never.
 * @param options.limitKb Address space that each process may have. Default: unlimited.
 * @param options.isOutputKept Whether what it prints is wanted. Default: true.
 * @returns `{ status, signal, isTimedOut, stdout, stderr }`; `status` is null after a signal.
 */
export function runProgram(program, args, options) {
  const { cwd, env, limitMs, limitKb, isOutputKept = true } = options;
  const [file, ...rest] =
    limitKb === undefined
      ? [program, ...args]
      : ['sh', '-c', `ulimit -c 0; ulimit -v ${limitKb}; exec "$0" "$@"`, program, ...args];
  return new Promise((resolve, reject) => {
    const output = isOutputKept ? 'pipe' : 'ignore';
    const child = spawn(file, rest, {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', output, output],
    });
    running.add(child);
    const chunks = { stdout: [], stderr: [] };
    for (const name of ['stdout', 'stderr'])
      child[name]?.on('data', (chunk) => chunks[name].push(chunk));
    let isTimedOut = false;
    const timer =
      limitMs === undefined
        ? undefined
        : setTimeout(() => {
            isTimedOut = true;
            killGroup(child);
          }, limitMs);
    child.on('error', (error) => {
      running.delete(child);
      clearTimeout(timer);
      reject(error);
    });
    // What a test leaves running would keep the pipes open.
    child.on('exit', () => killGroup(child));
    child.on('close', (status, signal) => {
      running.delete(child);
      clearTimeout(timer);
      const text = (name) => Buffer.concat(chunks[name]).toString('utf8');
      resolve({ status, signal, isTimedOut, stdout: text('stdout'), stderr: text('stderr') });
    });
  });
}

function killGroup({ pid }) {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
