import { EVERY_KEY, type LedgerRecord } from '../ledger-record';
import type { LedgerReading, LedgerStore } from '../ledger-store';
import type { LedgerWriter } from '../ledger-writer';
import { systemError, type Perform } from './memory-disk';
import { passOf, revocationOf } from './sample-records';

/** What a process may be told to do. It does one thing at a time. */
export type Action =
  | { readonly type: 'read' }
  /** Records a pass; `whole` supersedes what the last reading of the process says. */
  | { readonly type: 'pass'; readonly key: string; readonly whole: boolean; readonly at: number }
  | { readonly type: 'fail'; readonly key: string; readonly at: number }
  | { readonly type: 'compact' }
  | { readonly type: 'forget'; readonly key: string }
  | { readonly type: 'forgetAll' }
  /** Keeps the records of the last reading, to be imported by any process later. */
  | { readonly type: 'export' }
  | { readonly type: 'import'; readonly which: number };

/** What is known for certain of a pass, whatever became of its file. */
export interface KnownPass {
  readonly key: string;
  readonly supersedes: readonly string[];
  acknowledged: boolean;
}

/** What is known for certain of a failure, whatever became of its file. */
export interface KnownRevocation {
  readonly key: string;
  /** Undefined if the ledger gave it, for a forgotten pass. */
  readonly id: string | undefined;
  readonly handedAt: number;
  acknowledgedAt: number | undefined;
}

/** Who is told what processes record and read. */
export interface ProcessWitness {
  readonly passes: KnownPass[];
  readonly revocations: KnownRevocation[];
  /** Records that were exported by any process. */
  readonly exports: LedgerRecord[][];
  /** A moment later than all before. */
  tick(): number;
  /** A process finished reading the ledger, which it began at a moment. */
  check(reading: LedgerReading, startedAt: number): void;
}

interface Operation {
  run(): void;
  fail(done: boolean): void;
  tear(): void;
}

/** A process that uses the ledger and waits before each file operation. */
export class SimulatedProcess {
  /** The last one that was completed. */
  reading: LedgerReading | undefined;
  private readonly store: LedgerStore;
  private readonly writer: LedgerWriter;
  private readonly waiting: Operation[] = [];
  private busy = false;
  private nextFails: { done: boolean } | undefined;

  private readonly world: ProcessWitness;

  constructor(world: ProcessWitness, open: (perform: Perform) => LedgerStore) {
    this.world = world;
    this.store = open((run, tear) => this.wait(run, tear));
    this.writer = this.store.openWriter();
  }

  start(action: Action): void {
    if (this.busy) return;
    this.busy = true;
    // What cannot be written is not acknowledged; the model expects nothing of it.
    void this.act(action)
      .catch(() => undefined)
      .then(() => (this.busy = false));
  }

  /** Does the operation that waits; whether there was one. */
  async step(): Promise<boolean> {
    await settle();
    const operation = this.waiting.shift();
    if (operation === undefined) return false;
    if (this.nextFails === undefined) operation.run();
    else operation.fail(this.nextFails.done);
    this.nextFails = undefined;
    await settle();
    return true;
  }

  failNext(done: boolean): void {
    this.nextFails = { done };
  }

  /** Nothing of the process goes on; what it was writing is torn. */
  kill(): void {
    this.waiting.shift()?.tear();
    this.busy = true;
  }

  private wait<T>(run: () => T, tear: () => void = () => undefined): Promise<T> {
    return new Promise((resolve, reject: (error: Error) => void) => {
      const attempt = (operation: () => T): void => {
        try {
          resolve(operation());
        } catch (error) {
          reject(error as Error);
        }
      };
      this.waiting.push({
        run: () => attempt(run),
        fail: (done) =>
          attempt(() => {
            if (done) run();
            throw systemError('EIO');
          }),
        tear,
      });
    });
  }

  private async act(action: Action): Promise<void> {
    const { world, store, writer } = this;
    switch (action.type) {
      case 'read': {
        const startedAt = world.tick();
        this.reading = await store.read();
        world.check(this.reading, startedAt);
        break;
      }
      case 'pass': {
        const { key, whole, at } = action;
        const supersedes = whole ? (this.reading?.ledger.revocationsOf(key) ?? []) : [];
        const known: KnownPass = { key, supersedes, acknowledged: false };
        world.passes.push(known);
        writer.addPasses([passOf(key, { supersedes, at: new Date(at).toISOString() })]);
        await writer.flush();
        known.acknowledged = true;
        break;
      }
      case 'fail': {
        const handedAt = world.tick();
        const id = `r${handedAt}`;
        const { key, at } = action;
        const known: KnownRevocation = { key, id, handedAt, acknowledgedAt: undefined };
        world.revocations.push(known);
        writer.revoke([revocationOf(key, id, { at: new Date(at).toISOString() })]);
        await writer.flush();
        known.acknowledgedAt = world.tick();
        break;
      }
      case 'compact':
        await store.compactIfNeeded();
        break;
      case 'forget': {
        const { key } = action;
        const handedAt = world.tick();
        const forgotten = await store.forget((pass) => pass.key === key);
        const acknowledgedAt = world.tick();
        if (forgotten > 0) world.revocations.push({ key, id: undefined, handedAt, acknowledgedAt });
        break;
      }
      case 'forgetAll': {
        const handedAt = world.tick();
        await store.forgetAll();
        const acknowledgedAt = world.tick();
        world.revocations.push({ key: EVERY_KEY, id: undefined, handedAt, acknowledgedAt });
        break;
      }
      case 'export':
        if (this.reading !== undefined) world.exports.push(this.reading.ledger.records());
        break;
      case 'import': {
        const records = world.exports[action.which % Math.max(1, world.exports.length)] ?? [];
        const handedAt = world.tick();
        await store.importRecords(records);
        this.noteImport(records, handedAt);
        break;
      }
    }
  }

  /** An acknowledged import acknowledges its failures, also those whose writer was killed. */
  private noteImport(records: readonly LedgerRecord[], handedAt: number): void {
    const { world } = this;
    const acknowledgedAt = world.tick();
    for (const record of records) {
      if (record.type === 'pass') continue;
      const { key, id } = record;
      const known = world.revocations.find((revocation) => revocation.id === id);
      if (known !== undefined) known.acknowledgedAt ??= acknowledgedAt;
      else world.revocations.push({ key, id, handedAt, acknowledgedAt });
    }
  }
}

/** Lets everything happen that waits for no file operation. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
