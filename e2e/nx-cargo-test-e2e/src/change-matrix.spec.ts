import { CHANGE_CASES } from './expected-reruns';
import { ScratchWorkspace } from './scratch-workspace';

const SAMPLE = 'e2e/glommio';

let workspace: ScratchWorkspace;

beforeAll(() => {
  workspace = ScratchWorkspace.withSample();
  const { executed } = workspace.nxOk(['run-many', '-t', 'test']);
  expect(executed).toEqual(allTests());
});

afterAll(() => workspace.remove());

test('nothing changed: no test runs, and every task comes from the cache', () => {
  const { executed, output } = workspace.nxOk(['run-many', '-t', 'test']);
  expect(executed).toEqual([]);
  expect(output).toMatch(/Cache:\s+(\d+)\/\1 hit/);
});

test.each(CHANGE_CASES)('$name', ({ edits, runs, alsoAllowed, environment }) => {
  for (const { file, find, replace } of edits)
    workspace.replace(`${SAMPLE}/${file}`, find, replace);
  workspace.commit('a change');
  try {
    const command =
      edits.length > 0 ? ['affected', '-t', 'test', '--base=HEAD~1'] : ['run-many', '-t', 'test'];
    const { executed } = workspace.nxOk(command, environment);
    const expected = allTests().filter((test) => runs.some((entry) => belongsTo(test, entry)));
    if (alsoAllowed === 'any') expect(executed).toEqual(expect.arrayContaining(expected));
    else expect(executed).toEqual(expected);
  } finally {
    workspace.git('reset', '--quiet', '--hard', 'HEAD~1');
  }
});

/** Every test of the sample as its binaries list them now, in the form of the runner's log. */
function allTests(): string[] {
  return workspace.listTests(SAMPLE);
}

function belongsTo(test: string, entry: string): boolean {
  if (test === entry) return true;
  const [binary, name] = test.split('/') as [string, string?];
  if (!entry.includes('/')) return binary === entry;
  const segments = (name ?? '').split('::').slice(0, -1);
  if (segments.at(-1) === 'test' || segments.at(-1) === 'tests') segments.pop();
  return entry === `${binary}/*` || entry === `${binary}/${segments.join('::')}`;
}
