import { createHash } from 'node:crypto';
import type { LimaInstance } from './instance-state';

/** Settings that decide what is in a guest; others, such as memory and ports, don't. */
const SETTINGS = ['os', 'arch', 'vmType', 'images', 'provision', 'env', 'param', 'user'];

/**
 * A digest of what an instance was made from, which is the same while it runs and
 * while it is stopped: architecture, kind of machine, images, provisioning.
 */
export function instanceIdentity({ arch, vmType, config }: LimaInstance): string {
  const settings = SETTINGS.map((name) => [name, canonical(config[name] ?? null)]);
  const content = JSON.stringify([arch ?? null, vmType ?? null, settings]);
  return createHash('sha256').update(content).digest('hex').slice(0, 16);
}

/** Keys in order, as Lima's versions may write them differently. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, each]) => [key, canonical(each)]);
}
