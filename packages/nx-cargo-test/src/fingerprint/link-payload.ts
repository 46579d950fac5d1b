import * as v from 'valibot';
import type { Link } from '@nx-cargo-test/object-graph';
import type { TableCache } from './table-cache';

const payloadSchema = v.strictObject({
  files: v.array(
    v.strictObject({
      name: v.string(),
      /** Of its table in the cache. */
      key: v.string(),
      optimized: v.boolean(),
      isStandard: v.boolean(),
      isWorkspace: v.boolean(),
    }),
  ),
  takesMore: v.boolean(),
  executable: v.strictObject({
    machine: v.number(),
    imports: v.array(v.string()),
    exports: v.array(v.string()),
    foreignLibraries: v.array(v.string()),
    foreignImports: v.array(v.string()),
  }),
});

/** A link by the keys of its files' tables, as it is written into a link record. */
export type LinkPayload = v.InferOutput<typeof payloadSchema>;

/** The keys of all tables that a payload refers to; none for what is no payload. */
export function payloadKeys(payload: unknown): string[] {
  const parsed = v.safeParse(payloadSchema, payload);
  return parsed.success ? parsed.output.files.map(({ key }) => key) : [];
}

/** The link of a payload; `undefined` if that is none, or if any table is gone or damaged. */
export function linkOfPayload(payload: unknown, tables: TableCache): Link | undefined {
  const parsed = v.safeParse(payloadSchema, payload);
  if (!parsed.success) return undefined;
  const files: Link['files'][number][] = [];
  for (const { key, ...file } of parsed.output.files) {
    const bytes = tables.find(key);
    if (bytes === undefined) return undefined;
    files.push({ ...file, bytes });
  }
  const { executable, takesMore } = parsed.output;
  return { files, executable, takesMore };
}
