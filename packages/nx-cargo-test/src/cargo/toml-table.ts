/** A table of a TOML file. */
export type TomlTable = Readonly<Record<string, unknown>>;

/** The value as a table; `undefined` for any other. */
export function asTable(value: unknown): TomlTable | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as TomlTable)
    : undefined;
}

/** The tables of an array, `[[name]]` in TOML. */
export function asTables(value: unknown): readonly TomlTable[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [];
  return values.map(asTable).filter((each) => each !== undefined);
}

/** The value as a text; `undefined` for any other. */
export function asString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The texts of an array. */
export function asStrings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

/** A value under one of the spellings that cargo takes. */
export function either(table: TomlTable | undefined, ...names: readonly string[]): unknown {
  return names.map((name) => table?.[name]).find((value) => value !== undefined);
}
