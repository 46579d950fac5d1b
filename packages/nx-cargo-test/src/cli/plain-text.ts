import { stripVTControlCharacters } from 'node:util';

/**
 * Text from a ledger file, safe for a terminal: imported files may hold anything.
 * One line, without control characters.
 */
export function plainText(text: string): string {
  return stripVTControlCharacters(text).replace(/\p{Cc}+/gu, ' ');
}

/** A moment as records hold it, for people: `2026-11-23 10:00 UTC`. */
export function formatMoment(at: string): string {
  const [, day, time] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*Z$/.exec(at) ?? [];
  return day === undefined ? plainText(at) : `${day} ${time} UTC`;
}

/** A duration, for example `0.25 s`; empty for one that is not known. */
export function formatSeconds(seconds: number | undefined): string {
  return seconds === undefined ? '' : `${seconds.toFixed(2)} s`;
}

/** Lines whose columns are aligned; the last column is as long as it is. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, stripVTControlCharacters(cell).length);
    }
  }
  const pad = (cell: string, width: number): string =>
    cell + ' '.repeat(width - stripVTControlCharacters(cell).length);
  return rows.map((row) =>
    row
      .map((cell, index) => pad(cell, widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
