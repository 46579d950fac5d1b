import { runShowing, type ProgramEnd } from './run-program';

describe('runShowing', () => {
  async function run(stderr: 'keep' | 'show'): Promise<{ end: ProgramEnd; shown: string[] }> {
    const shown: string[] = [];
    const end = await runShowing(
      {
        file: 'sh',
        args: [
          '-c',
          'for piece in "   Compiling" " demo\n" "no end"; do printf "$piece" >&2; done',
        ],
        workingDirectory: __dirname,
        environment: { PATH: process.env['PATH'] ?? '' },
        stderr,
      },
      { write: (text) => shown.push(text) },
    );
    return { end, shown };
  }

  test('shows what a program writes in whole lines, and keeps nothing of it', async () => {
    const { end, shown } = await run('show');
    expect(shown).toEqual(['   Compiling demo\n', 'no end']);
    expect(end).toMatchObject({ code: 0, stderr: '' });
  });

  test('keeps what it does not show', async () => {
    const { end, shown } = await run('keep');
    expect(shown).toEqual([]);
    expect(end.stderr).toBe('   Compiling demo\nno end');
  });
});
