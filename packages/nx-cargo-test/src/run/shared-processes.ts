import { packPlans, processToShare, type Pack, type PackBudget } from '../plan/pack-plans';
import type { RunPlan } from '../plan/run-plan';
import { createEventQueue, type EventQueue } from './event-queue';
import type { RunEvent } from './run-event';
import type { Runner } from './runner';

/** Processes that leaves of one run share. */
export interface SharedProcesses {
  /** A place for a leaf that will run. To be taken before any of the leaves runs. */
  seat(): Seat;
  /** Waits until all processes have ended. */
  end(): Promise<void>;
}

/** What a leaf has of {@link SharedProcesses}. */
export interface Seat {
  /** Runs one plan, once every other leaf has handed in its own or left. */
  readonly runner: Runner;
  /** The leaf hands in no plan any more; to be called in the end whatever happened. */
  leave(): void;
}

/** What {@link shareProcesses} needs. */
export interface SharingOptions {
  readonly runner: Runner;
  /** What plans may need together. */
  budget(plans: readonly RunPlan[]): Promise<PackBudget>;
  /** Told what happens in processes that are shared, or that follow on one; each has its own number. */
  onEvent(event: RunEvent): void;
}

/**
 * Lets leaves share processes without knowing of each other: each hands in its plan
 * and gets the events of its own tests, as if they had run in a process of their own.
 * What ends a shared process early is told to each leaf that had tests in it.
 */
export function shareProcesses({ runner, budget, onEvent }: SharingOptions): SharedProcesses {
  const guests: Guest[] = [];
  const running: Promise<void>[] = [];
  let expected = 0;
  let processes = 0;

  const startIfComplete = (): void => {
    if (expected > 0 && guests.length === expected) running.push(startAll());
  };
  const startAll = async (): Promise<void> => {
    let packs: readonly Pack[];
    try {
      const plans = guests.map(({ plan }) => plan);
      packs = packPlans(plans, await budget(plans));
    } catch (error) {
      for (const guest of guests) guest.events.fail(error);
      return;
    }
    const packed = new Set(packs.flatMap(({ members }) => members));
    await Promise.all([
      ...packs.map((pack) => runPack(pack)),
      ...guests.map((guest, index) => runAlone(guest, packed.has(index))),
    ]);
  };
  const runPack = async ({ plan, members }: Pack): Promise<void> => {
    const own = members.map((index) => guests[index]!);
    const numbers = numbering(() => processes++);
    const deliver = delivery(own);
    await follow(own, async () => {
      for await (const event of runner.run(plan)) {
        onEvent(withProcess(event, numbers));
        deliver(event);
      }
    });
  };
  /** What a plan does not share: all of it, or what is left of it. */
  const runAlone = async (guest: Guest, isPacked: boolean): Promise<void> => {
    const { plan } = guest;
    const shared = isPacked ? processToShare(plan) : undefined;
    const rest = plan.processes.filter((process) => process !== shared);
    const numbers = numbering(guest.nextProcess);
    await follow([guest], async () => {
      for await (const event of runner.run({ ...plan, processes: rest }))
        guest.events.push(withProcess(event, numbers));
    });
  };

  return {
    seat() {
      expected += 1;
      let isTaken = true;
      const run = (plan: RunPlan): AsyncIterable<RunEvent> => {
        const guest = newGuest(plan);
        isTaken = false;
        guests.push(guest);
        startIfComplete();
        return guest.events;
      };
      return {
        runner: { ...runner, run },
        leave() {
          if (!isTaken) return;
          isTaken = false;
          expected -= 1;
          startIfComplete();
        },
      };
    },
    async end() {
      await Promise.all(running);
    },
  };
}

/** A leaf and where its events go. */
interface Guest {
  readonly plan: RunPlan;
  readonly events: EventQueue<RunEvent>;
  readonly nextProcess: () => number;
  /** How many runs its events come from are still going on. */
  sources: number;
}

function newGuest(plan: RunPlan): Guest {
  let processes = 0;
  return { plan, events: createEventQueue(), nextProcess: () => processes++, sources: 0 };
}

/** Follows a run that tells something to leaves, whose events end with the last of these. */
async function follow(guests: readonly Guest[], action: () => Promise<void>): Promise<void> {
  for (const guest of guests) guest.sources += 1;
  try {
    await action();
  } catch (error) {
    for (const { events } of guests) events.fail(error);
  } finally {
    for (const guest of guests) {
      guest.sources -= 1;
      if (guest.sources === 0) guest.events.end();
    }
  }
}

/** Hands events of a run on to the leaves that they concern, each with its own tests. */
function delivery(guests: readonly Guest[]): (event: RunEvent) => void {
  const leaves = guests.map((guest) => ({
    guest,
    tests: new Set(processToShare(guest.plan)?.tests),
    numbers: numbering(guest.nextProcess),
  }));
  const inProcess = new Map<number, typeof leaves>();
  return (event) => {
    switch (event.type) {
      case 'started': {
        const here = leaves.filter(({ tests }) => event.tests.some((test) => tests.has(test)));
        inProcess.set(event.process, here);
        for (const leaf of here) {
          const { guest, tests, numbers } = leaf;
          const others = here.filter((other) => other !== leaf);
          guest.events.push({
            type: 'started',
            process: numbers(event.process),
            tests: event.tests.filter((test) => tests.has(test)),
            ...(others.length === 0
              ? {}
              : {
                  shared: {
                    leaves: others.map((other) => other.guest.plan.leaf),
                    tests: event.tests.filter((test) => !tests.has(test)),
                  },
                }),
          });
        }
        break;
      }
      case 'verdict':
      case 'slow':
        for (const { guest, tests } of leaves) {
          if (tests.has(event.test)) guest.events.push(event);
        }
        break;
      case 'rerun':
        for (const { guest, tests, numbers } of inProcess.get(event.process) ?? []) {
          const batches = event.batches
            .map((batch) => batch.filter((test) => tests.has(test)))
            .filter((batch) => batch.length > 0);
          guest.events.push({ ...withProcess(event, numbers), batches });
        }
        break;
      case 'output':
      case 'killed':
      case 'ended':
        for (const { guest, numbers } of inProcess.get(event.process) ?? [])
          guest.events.push(withProcess(event, numbers));
        break;
    }
  };
}

/** Gives each process of a run a number among others. */
function numbering(next: () => number): (process: number) => number {
  const known = new Map<number, number>();
  return (process) => {
    const number = known.get(process) ?? next();
    known.set(process, number);
    return number;
  };
}

function withProcess<T extends RunEvent>(event: T, numbers: (process: number) => number): T {
  return 'process' in event ? { ...event, process: numbers(event.process) } : event;
}
