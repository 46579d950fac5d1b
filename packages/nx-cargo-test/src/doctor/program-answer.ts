/** How a program ended that was asked for something, such as its version. */
export type ProgramAnswer =
  | { readonly type: 'answered'; readonly stdout: string }
  | { readonly type: 'missing' }
  /** `text` is what it wrote. */
  | { readonly type: 'failed'; readonly text: string }
  /** It was ended because it did not answer in time. */
  | { readonly type: 'late'; readonly seconds: number; readonly stdout: string };

/** First line of what was answered; empty for any other end. */
export function firstLine(answer: ProgramAnswer): string {
  return answer.type === 'answered' ? (answer.stdout.trim().split('\n')[0] ?? '') : '';
}

/** What went wrong, in a few words. */
export function describeTrouble(answer: Exclude<ProgramAnswer, { type: 'answered' }>): string {
  switch (answer.type) {
    case 'missing':
      return 'not found in the PATH';
    case 'failed':
      return shorten(answer.text) || 'failed without a word';
    case 'late':
      return `gave no answer within ${answer.seconds} s`;
  }
}

/** The line that tells most: the first error, else the first line. */
function shorten(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const line = lines.find((each) => /^error\b/.test(each)) ?? lines[0] ?? '';
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
