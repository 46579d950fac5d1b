import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LimactlAnswer } from '../run-limactl';

interface Transcript extends LimactlAnswer {
  readonly argv: readonly string[];
}

/** What a real limactl answered; see the README of the transcripts. */
export function transcript(name: string): Transcript {
  const file = join(__dirname, '../transcripts', `${name}.json`);
  return JSON.parse(readFileSync(file, 'utf8')) as Transcript;
}
