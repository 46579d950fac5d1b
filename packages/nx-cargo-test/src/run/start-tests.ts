import type { SupervisedChild } from '../process/supervise-group';
import { createLogfileWarningFilter } from './logfile-warning';
import type { ProcessRun } from './run-process';
import { createSlowTestLines } from './slow-test-lines';

/** A process of tests that was started. */
export interface StartedTests extends SupervisedChild {
  /** Hands on what was held back of the output. */
  flush(): void;
  /** The end of what it wrote to standard output. */
  lastOutput(): string;
}

/** Failed tests come last in libtest's output. Unit: UTF-16 code units. */
const KEPT_OUTPUT = 1024 * 1024;

/**
 * Starts a process whose output goes to the events.
 *
 * @param logFile Where libtest is to write verdicts.
 * @param onSlow Told what libtest says of tests that take long.
 */
export function startTests(
  { plan, planned, index, host, events }: ProcessRun,
  logFile: string,
  onSlow: (test: string, seconds: number) => void,
): StartedTests {
  const slowLines = createSlowTestLines(onSlow);
  const warningFilter = createLogfileWarningFilter();
  let last = '';
  const output = (stream: 'stdout' | 'stderr', text: string): void => {
    if (text !== '') events.push({ type: 'output', process: index, stream, text });
  };
  const [file, ...leading] = plan.command;
  const child = host.spawn(
    {
      file,
      args: [...leading, ...(plan.harness ? ['--logfile', logFile] : []), ...planned.args],
      workingDirectory: plan.workingDirectory,
      environment: plan.environment,
    },
    {
      onOutput(stream, text) {
        if (plan.harness && stream === 'stdout') {
          slowLines(text);
          last = last.length > 2 * KEPT_OUTPUT ? last.slice(-KEPT_OUTPUT) + text : last + text;
        }
        output(stream, plan.harness && stream === 'stderr' ? warningFilter.next(text) : text);
      },
    },
  );
  return {
    ...(child.pid === undefined ? {} : { pid: child.pid }),
    ended: child.ended,
    kill: () => child.kill(),
    ...(child.reachedLimits === undefined
      ? {}
      : { reachedLimits: () => child.reachedLimits?.() ?? Promise.resolve([]) }),
    flush: () => output('stderr', warningFilter.end()),
    lastOutput: () => last,
  };
}
