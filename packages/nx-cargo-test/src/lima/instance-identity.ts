import { createHash } from 'node:crypto';
import type { LimaInstance } from './instance-state';

/**
 * Settings that decide what is in a guest, and the fields by which templates of
 * limactl name them; others, such as memory and ports, don't. Parameters count
 * beside scripts: these may read one from the environment, and be the same text.
 */
export const INSTANCE_SETTINGS: Readonly<Record<string, string>> = {
  os: 'OS',
  arch: 'Arch',
  vmType: 'VMType',
  images: 'Images',
  provision: 'Provision',
  env: 'Env',
  param: 'Param',
  user: 'User',
};

/**
 * A digest of what an instance was made from, which is the same while it runs and
 * while it is stopped: architecture, kind of machine, images, provisioning.
 */
export function instanceIdentity({ arch, vmType, config }: LimaInstance): string {
  const names = Object.keys(INSTANCE_SETTINGS);
  const settings = names.map((name) => [name, canonical(config[name] ?? null)]);
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
