import { editDistance, mostTypos } from '../nearest-name';

/** How many names a message proposes. */
const PROPOSALS = 5;

/**
 * The end of a message that something has no match: `; similar ones are a, b`,
 * or nothing if nothing is similar.
 *
 * @param lastPart What of a name people remember, such as its last component.
 */
export function proposeSimilar(
  wanted: string,
  names: Iterable<string>,
  lastPart: (name: string) => string,
): string {
  const goal = lastPart(wanted).toLowerCase();
  const others = wanted.toLowerCase().split('::').slice(0, -1);
  const ranked: { readonly name: string; readonly rank: number; readonly missing: number }[] = [];
  for (const name of new Set(names)) {
    const part = lastPart(name).toLowerCase();
    const rank = rankOf(goal, part, name.toLowerCase());
    if (rank === undefined) continue;
    const missing = others.filter((other) => !name.toLowerCase().includes(other)).length;
    ranked.push({ name, rank, missing });
  }
  ranked.sort((a, b) => a.missing - b.missing || a.rank - b.rank || (a.name < b.name ? -1 : 1));
  if (ranked.length === 0) return '';
  const shown = ranked.slice(0, PROPOSALS).map(({ name }) => name);
  return `; similar: ${shown.join(', ')}${ranked.length > PROPOSALS ? ', …' : ''}`;
}

/** The smaller the more alike; undefined for names that have nothing in common. */
function rankOf(goal: string, part: string, name: string): number | undefined {
  if (part === goal) return 0;
  const most = mostTypos(goal);
  const typos = Math.abs(part.length - goal.length) > most ? undefined : editDistance(goal, part);
  if (typos !== undefined && typos <= most) return typos;
  if (goal.length >= 3 && name.includes(goal)) return most + 1;
  return undefined;
}
