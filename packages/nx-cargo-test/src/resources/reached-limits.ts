/** A limit of a process that it has reached, or all but reached. */
export interface ReachedLimit {
  readonly resource: 'descriptors' | 'lockedBytes';
  /** What the process was seen to hold. */
  readonly amount: number;
  readonly limit: number;
}

/** What a process holds of what is limited. */
export interface HeldResources {
  readonly descriptors: number;
  /** Size of the kernel's table of descriptors (`FDSize`), which grows but never shrinks. */
  readonly descriptorSlots: number;
  readonly lockedBytes: number;
}

/** A test that fails gives back what it got, and locks memory in pieces of which the next does not fit. */
const SHARE_OF_LIMIT = 7 / 8;

/**
 * The soft limits of open descriptors and of locked memory that a process has all but
 * reached. For descriptors the kernel's table must have grown to the limit, too.
 *
 * @param limits Content of `/proc/PID/limits`, see proc(5).
 */
export function reachedLimits(held: HeldResources, limits: string): ReachedLimit[] {
  const softLimit = (name: string): number =>
    Number(new RegExp(`^${name} +(\\d+) `, 'm').exec(limits)?.[1] ?? Infinity);
  const reached: ReachedLimit[] = [];
  const files = softLimit('Max open files');
  if (held.descriptorSlots >= files && held.descriptors >= files * SHARE_OF_LIMIT)
    reached.push({ resource: 'descriptors', amount: held.descriptors, limit: files });
  const locked = softLimit('Max locked memory');
  // Who holds more is not bound by it.
  const isBound = locked > 0 && held.lockedBytes <= locked;
  if (isBound && held.lockedBytes >= locked * SHARE_OF_LIMIT)
    reached.push({ resource: 'lockedBytes', amount: held.lockedBytes, limit: locked });
  return reached;
}
