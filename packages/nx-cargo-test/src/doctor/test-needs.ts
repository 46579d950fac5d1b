import type { ResourceUse } from '../resources/resource-use';

/** What the tests at hand are known to need of a machine. */
export interface TestNeeds {
  /** Why they are known to use io_uring; absent if nothing says that they do. */
  readonly ringsBecause?: string;
  /** The most that a process of one module held; absent if nothing was recorded. */
  readonly largest?: ResourceUse;
  /** What all of them in one process would need at most; absent if nothing was recorded. */
  readonly together?: ResourceUse;
}

/** Crates by which a package shows that it uses io_uring. */
const RING_CRATES: ReadonlySet<string> = new Set([
  ...['glommio', 'io-uring', 'iou', 'rio', 'tokio-uring', 'uring-sys'],
]);

/** What a package is known by: its own name, and those of its direct dependencies. */
export interface NamedPackage {
  readonly name: string;
  readonly dependencies: readonly string[];
}

/**
 * Judges from names and records. A Cargo.lock is no evidence: crates that never use
 * io_uring have it there through optional dependencies of others.
 */
export function testNeeds(
  packages: readonly NamedPackage[],
  recorded: { readonly largest?: ResourceUse; readonly together?: ResourceUse },
): TestNeeds {
  const rings = recorded.largest?.rings ?? 0;
  const named = packages.flatMap(({ name, dependencies }) =>
    RING_CRATES.has(name)
      ? [`${name} uses io_uring`]
      : dependencies
          .filter((each) => RING_CRATES.has(each))
          .map((each) => `${name} depends on ${each}`),
  );
  const because =
    rings > 0
      ? `a test process held ${rings} io_uring ${rings === 1 ? 'instance' : 'instances'} when it ran here`
      : named[0];
  return { ...recorded, ...(because === undefined ? {} : { ringsBecause: because }) };
}
