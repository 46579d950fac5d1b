import { createHash } from 'node:crypto';
import type { LedgerLimits } from '../bound-records';
import { EVERY_KEY, type LedgerRecord } from '../ledger-record';
import { openLedgerStore, type LedgerReading } from '../ledger-store';
import { MemoryDisk } from './memory-disk';
import {
  settle,
  SimulatedProcess,
  type Action,
  type KnownPass,
  type KnownRevocation,
  type ProcessWitness,
} from './simulated-process';

/** What may happen. */
export type Command =
  | { readonly type: 'act'; readonly slot: number; readonly action: Action }
  /** A process does so many file operations. */
  | { readonly type: 'step'; readonly slot: number; readonly count: number }
  | { readonly type: 'kill'; readonly slot: number }
  | { readonly type: 'powerFailure'; readonly seed: number }
  | { readonly type: 'damage'; readonly file: number; readonly at: number; readonly cut: boolean }
  | { readonly type: 'space'; readonly full: boolean }
  /** The next operation of a process fails, with or without having been done. */
  | { readonly type: 'failNext'; readonly slot: number; readonly done: boolean }
  | { readonly type: 'foreignFile' }
  /** Whether processes see each other, as they do not from one container to another. */
  | { readonly type: 'namespaces'; readonly shared: boolean };

/**
 * Several processes that use one ledger, stopped before each file operation. It
 * remembers what they recorded and what was acknowledged, and checks every
 * reading against that by rules of its own.
 */
export class LedgerSimulation implements ProcessWitness {
  readonly disk = new MemoryDisk();
  readonly passes: KnownPass[] = [];
  readonly revocations: KnownRevocation[] = [];
  /** Readings that reused what they must not, in words. */
  readonly violations: string[] = [];
  readonly exports: LedgerRecord[][] = [];
  private readonly slots: { readonly pid: number; readonly process: SimulatedProcess }[] = [];
  private readonly living = new Set<number>();
  private readonly births = new Map<string, number>();
  private readonly idsOfEveryKey = new Set<string>();
  private namespacesShared = true;
  private lastPid = 0;
  private time = 0;
  private readonly limits: LedgerLimits;
  private readonly keys: readonly string[];

  constructor(limits: LedgerLimits, keys: readonly string[], slots: number) {
    this.limits = limits;
    this.keys = keys;
    for (let slot = 0; slot < slots; slot++) this.slots.push(this.newProcess());
  }

  async run(command: Command): Promise<void> {
    this.time++;
    switch (command.type) {
      case 'act':
        this.slots[command.slot]!.process.start(command.action);
        break;
      case 'step':
        for (let step = 0; step < command.count; step++) {
          if (!(await this.slots[command.slot]!.process.step())) break;
        }
        break;
      case 'kill':
        this.kill(command.slot);
        break;
      case 'powerFailure': {
        for (const slot of this.slots.keys()) this.kill(slot);
        let state = command.seed;
        // A linear congruential generator: enough for coins.
        this.disk.powerFailure((bound) => {
          state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
          return Math.floor((state / 2 ** 32) * bound);
        });
        break;
      }
      case 'damage': {
        const names = this.disk.list();
        const name = names[command.file % Math.max(1, names.length)];
        if (name !== undefined) this.disk.damage(name, command.at, command.cut ? 'cut' : 'flip');
        break;
      }
      case 'space':
        this.disk.full = command.full;
        break;
      case 'failNext':
        this.slots[command.slot]!.process.failNext(command.done);
        break;
      case 'foreignFile':
        this.disk.put('notes.passes.json', '{}');
        break;
      case 'namespaces':
        this.namespacesShared = command.shared;
        break;
    }
    await settle();
  }

  /** Lets all processes finish, then reads the ledger with nobody beside. */
  async finish(): Promise<LedgerReading> {
    this.disk.full = false;
    for (const { process } of this.slots) while (await process.step());
    const reader = this.newProcess().process;
    reader.start({ type: 'read' });
    while (await reader.step());
    return reader.reading!;
  }

  /** A moment later than all before. */
  tick(): number {
    return ++this.time;
  }

  /** Notes a reading of the ledger and what it must not have answered. */
  check(reading: LedgerReading, startedAt: number): void {
    for (const record of reading.ledger.records()) {
      if (record.type === 'revocation' && record.key === EVERY_KEY) {
        this.idsOfEveryKey.add(record.id);
      }
    }
    for (const key of this.keys) {
      if (reading.ledger.lookup(key).state !== 'passed') continue;
      const passes = this.passes.filter((pass) => pass.key === key);
      if (passes.length === 0) this.violations.push(`${key} never passed`);
      for (const revocation of this.revocations) {
        if (revocation.key !== key && revocation.key !== EVERY_KEY) continue;
        if (!((revocation.acknowledgedAt ?? Infinity) < startedAt)) continue;
        if (!passes.some((pass) => this.outvotes(pass, revocation))) {
          this.violations.push(
            `${key} was reused though revoked (${revocation.id ?? 'forgotten'})`,
          );
        }
      }
    }
  }

  /**
   * Whether a pass names a revocation, or one that may stand for it: one of every
   * key (or, for a forgotten pass, any) that was made after it.
   */
  private outvotes(pass: KnownPass, revocation: KnownRevocation): boolean {
    return pass.supersedes.some((id) => {
      if (id === revocation.id) return true;
      if (revocation.id !== undefined && !this.idsOfEveryKey.has(id)) return false;
      const born = this.births.get(id.replace(/^damaged-/, '')) ?? -Infinity;
      return born > revocation.handedAt;
    });
  }

  private kill(slot: number): void {
    const { pid, process } = this.slots[slot]!;
    process.kill();
    this.living.delete(pid);
    this.slots[slot] = this.newProcess();
  }

  private newProcess(): { pid: number; process: SimulatedProcess } {
    const pid = ++this.lastPid;
    this.living.add(pid);
    const process = new SimulatedProcess(this, (perform) =>
      openLedgerStore('/ledger', {
        files: this.disk.files(perform),
        limits: this.limits,
        pid,
        isAlive: (other) => this.namespacesShared && this.living.has(other),
        newId: () => {
          const birth = this.tick();
          const id = createHash('sha256').update(`${birth}`).digest('hex').slice(0, 16);
          this.births.set(id, birth);
          return id;
        },
        now: () => '2026-01-02T03:04:05.000Z',
      }),
    );
    return { pid, process };
  }
}
