import type { LedgerFiles } from '../ledger-files';

interface Inode {
  text: string;
  /** What a power failure leaves. */
  synced: string | undefined;
}

/** Picks a whole number from 0 to below `bound`. */
export type Pick = (bound: number) => number;

/** How an operation runs: at once, or when a scheduler says so. */
export type Perform = <T>(operation: () => T, torn?: () => void) => Promise<T>;

/** A folder in memory that knows what a power failure would leave of it, and that can be damaged. */
export class MemoryDisk {
  /** Whether there is no space left. */
  full = false;
  private names = new Map<string, Inode>();
  private syncedNames = new Map<string, Inode>();

  /** The folder as a process sees it. */
  files(perform: Perform = immediately): LedgerFiles {
    return {
      list: () => perform(() => [...this.names.keys()]),
      read: (name) => perform(() => this.inode(name).text),
      write: (name, text) =>
        perform(
          () => this.write(name, text),
          () => this.writePart(name, text),
        ),
      sync: (name) =>
        perform(() => {
          const inode = this.inode(name);
          inode.synced = inode.text;
        }),
      rename: (from, to) =>
        perform(() => {
          this.names.set(to, this.inode(from));
          this.names.delete(from);
        }),
      syncFolder: () =>
        perform(() => {
          this.syncedNames = new Map(this.names);
        }),
      remove: (name) => perform(() => void this.names.delete(name)),
    };
  }

  list(): string[] {
    return [...this.names.keys()].sort();
  }

  text(name: string): string {
    return this.inode(name).text;
  }

  /** Puts a file there as somebody else would. */
  put(name: string, text: string): void {
    this.names.set(name, { text, synced: text });
  }

  /** Flips a bit of one character, or cuts the file off there. */
  damage(name: string, position: number, how: 'flip' | 'cut'): void {
    const inode = this.inode(name);
    const at = position % (inode.text.length + 1);
    const flipped = String.fromCharCode(inode.text.charCodeAt(at) ^ 1);
    const rest =
      how === 'cut' || at === inode.text.length ? '' : flipped + inode.text.slice(at + 1);
    inode.text = inode.text.slice(0, at) + rest;
    inode.synced = inode.text;
  }

  /** Loses any part of what was not synced, each name and each content by itself. */
  powerFailure(pick: Pick): void {
    const survivors = new Map<string, Inode>();
    for (const name of new Set([...this.names.keys(), ...this.syncedNames.keys()])) {
      const [now, synced] = [this.names.get(name), this.syncedNames.get(name)];
      const inode = pick(2) === 0 ? now : synced;
      if (inode === undefined) continue;
      const text =
        inode.synced === inode.text ? inode.text : inode.text.slice(0, pick(inode.text.length + 1));
      survivors.set(name, { text, synced: text });
    }
    this.names = survivors;
    this.syncedNames = new Map(survivors);
  }

  private write(name: string, text: string): void {
    if (this.full) {
      this.writePart(name, text);
      throw systemError('ENOSPC');
    }
    this.names.set(name, { text, synced: undefined });
  }

  private writePart(name: string, text: string): void {
    this.names.set(name, { text: text.slice(0, text.length / 2), synced: undefined });
  }

  private inode(name: string): Inode {
    const inode = this.names.get(name);
    if (inode === undefined) throw systemError('ENOENT');
    return inode;
  }
}

/** An error as the system's calls reject with. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: made up`), { code });
}

// eslint-disable-next-line @typescript-eslint/require-await -- a throw has to become a rejection
const immediately: Perform = async (operation) => operation();
