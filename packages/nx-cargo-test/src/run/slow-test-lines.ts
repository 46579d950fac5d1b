/**
 * Finds libtest's lines `test NAME has been running for over 60 seconds` in a
 * process's standard output, piece by piece. A test can print such a line, too,
 * so it is a hint and no fact.
 */
export function createSlowTestLines(
  onSlow: (test: string, seconds: number) => void,
): (text: string) => void {
  let line = '';
  return (text) => {
    const lines = (line + text).split('\n');
    // Libtest's line is short; a long one is some test's output and need not be kept.
    line = (lines.pop() ?? '').slice(-2000);
    for (const whole of lines) {
      const match = /test (.+?)(?: - should panic)? has been running for over (\d+) seconds$/.exec(
        whole.trimEnd(),
      );
      if (match !== null) onSlow(match[1] ?? '', Number(match[2]));
    }
  };
}
