import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { discoverTests, type DiscoveredTests, type SourceReader } from './discover-tests';
import { loadOutlineSource, type FileOutline, type OutlineSource } from './rust-outline';

/** Outlines of source texts by the text's SHA-1; a value that JSON can hold. */
export type KnownOutlines = Readonly<Record<string, FileOutline>>;

/** Test discovery for the crates of a disk. */
export interface CrateReader {
  /** What the source of each crate shows, in the order of `entryFiles` (absolute paths of root files). */
  discover(entryFiles: readonly string[]): Promise<readonly DiscoveredTests[]>;
  /** Outlines of every text read so far, to be kept for the next time. */
  outlines(): KnownOutlines;
  /** True when a text was read that `known` did not hold. */
  hasNew(): boolean;
}

/**
 * Opens a reader that remembers every file it read; it is for one moment, and
 * does not see later changes.
 *
 * @param known Outlines kept from an earlier time, made with the same attributes. The
 *   grammar is loaded only if a text is not among them.
 * @param testAttributes Attributes that make tests besides those that always do.
 */
export function openCrateReader(
  known: KnownOutlines = {},
  testAttributes: readonly string[] = [],
): CrateReader {
  const files = new Map<string, SourceText | undefined>();
  const used = new Map<string, FileOutline>();
  const present = new Map<string, boolean>();
  let isNew = false;

  const readerWith = (
    outlineSource: OutlineSource | undefined,
    missed: () => void,
  ): SourceReader => ({
    outline(file) {
      if (!files.has(file)) files.set(file, readSource(file));
      const source = files.get(file);
      if (source === undefined) return undefined;
      let outline = used.get(source.hash) ?? known[source.hash];
      if (outline === undefined) {
        if (outlineSource === undefined) {
          missed();
          return undefined;
        }
        outline = outlineSource(source.text);
        isNew = true;
      }
      used.set(source.hash, outline);
      return outline;
    },
    exists(file) {
      let found = present.get(file);
      if (found === undefined) {
        found = isFile(file);
        present.set(file, found);
      }
      return found;
    },
  });

  return {
    async discover(entryFiles) {
      let complete = true;
      const quick = readerWith(undefined, () => (complete = false));
      const found = entryFiles.map((file) => discoverTests(file, quick));
      if (complete) return found;
      const thorough = readerWith(await loadOutlineSource(testAttributes), () => undefined);
      return entryFiles.map((file) => discoverTests(file, thorough));
    },
    outlines: () => Object.fromEntries(used),
    hasNew: () => isNew,
  };
}

function isFile(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    // A `#[path]` may hold text that is no path at all.
    return false;
  }
}

interface SourceText {
  readonly hash: string;
  readonly text: string;
}

function readSource(file: string): SourceText | undefined {
  try {
    const bytes = readFileSync(file);
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { hash: createHash('sha1').update(bytes).digest('hex'), text };
  } catch {
    return undefined;
  }
}
