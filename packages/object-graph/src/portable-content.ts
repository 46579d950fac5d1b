import { formatTemplate } from './format-template';
import type { TemplateText } from './format-template';
import type { NamedPlaces, PlaceOccurrence } from './named-places';
import type { TextLength } from './text-lengths';

/**
 * What a constant says apart from where this machine keeps things: each path of
 * a place is taken out, and the lengths that tell how long such a text is. All
 * that is taken out is said beside the rest, so within one checkout two
 * contents have one portable content only if they are equal; of two checkouts
 * they have it if each is the other with its own paths.
 *
 * `undefined` if nothing is to be taken out, or not all of it can be told apart. Portable contents and others are
 * different things, and whoever digests both has to say which of them it is.
 *
 * @param content Of one piece that is no code.
 * @param lengths Those of texts with a place in them; see `textLengths`.
 */
export function portableContent(
  content: Uint8Array,
  places: NamedPlaces,
  lengths: readonly TextLength[] = [],
): Uint8Array | undefined {
  const mayHold = places.mayStandIn(content);
  if (!mayHold && lengths.length === 0) return undefined;
  const template = mayHold ? templateOf(content, places) : [];
  const bounds = new Set(template.flatMap(({ start, end }) => [start, end]));
  const found = mayHold ? places.find(content, bounds) : [];
  if (found.length === 0 && lengths.length === 0) return undefined;

  const cuts: Cut[] = [
    ...found.map(({ start, end, token }) => ({ start, end, says: `place ${token}` })),
    ...lengths.map(({ offset, countsZero }) => ({
      start: offset,
      end: offset + LENGTH_SIZE,
      says: countsZero ? 'length with zero' : 'length',
    })),
    ...template.flatMap((text) => lengthOf(text, found)),
  ].sort((a, b) => a.start - b.start);
  const areApart = cuts.every(({ start }, index) => index === 0 || cuts[index - 1]!.end <= start);
  return areApart ? withoutCuts(content, cuts) : undefined;
}

const LENGTH_SIZE = 8;

/** The texts of a format string; none for what only looks like one, as a path of just 48 characters may: its slash is a 47. */
function templateOf(content: Uint8Array, places: NamedPlaces): readonly TemplateText[] {
  const texts = formatTemplate(content) ?? [];
  const isWithinText = (place: PlaceOccurrence): boolean =>
    texts.some(({ start, end }) => place.start >= start && place.end <= end);
  return places.find(content).every(isWithinText) ? texts : [];
}

/** A range `[start, end)` that is taken out, and what is said of it. */
interface Cut {
  readonly start: number;
  readonly end: number;
  readonly says: string;
}

/** The length before a text of a template with a place in it, as the length without the places. */
function lengthOf({ at, start, end }: TemplateText, found: readonly PlaceOccurrence[]): Cut[] {
  const within = found.filter((place) => place.start >= start && place.end <= end);
  if (within.length === 0) return [];
  const removed = within.reduce((sum, place) => sum + place.end - place.start, 0);
  return [{ start: at, end: start, says: `length ${end - start - removed}` }];
}

/** What is left, after a list of what was cut out and where it stood in what is left. */
function withoutCuts(content: Uint8Array, cuts: readonly Cut[]): Uint8Array {
  const list: [number, string][] = [];
  const rest: Uint8Array[] = [];
  let length = 0;
  let from = 0;
  for (const { start, end, says } of cuts) {
    const kept = content.subarray(from, start);
    rest.push(kept);
    length += kept.length;
    list.push([length, says]);
    from = end;
  }
  // A zero ends the list: JSON has none.
  return Buffer.concat([Buffer.from(`${JSON.stringify(list)}\0`), ...rest, content.subarray(from)]);
}
