/**
 * The name that was probably meant, for the end of a message: `; did you mean lima?`,
 * or nothing if none is alike.
 */
export function proposeNearest(wanted: string, names: Iterable<string>): string {
  const goal = wanted.toLowerCase();
  let nearest: { readonly name: string; readonly typos: number } | undefined;
  for (const name of names) {
    const typos = editDistance(goal, name.toLowerCase());
    if (typos <= mostTypos(goal) && typos < (nearest?.typos ?? Infinity)) nearest = { name, typos };
  }
  return nearest === undefined ? '' : `; did you mean ${nearest.name}?`;
}

/** How many typos a name may have to be known for another. */
export function mostTypos(name: string): number {
  return Math.max(1, Math.floor(name.length / 3));
}

/** Number of characters to insert, remove or replace, or of neighbours to swap. */
export function editDistance(left: string, right: string): number {
  let beforePrevious: readonly number[] = [];
  let previous: readonly number[] = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const isEqual = left[row - 1] === right[column - 1];
      const isSwapped =
        row > 1 &&
        column > 1 &&
        left[row - 1] === right[column - 2] &&
        left[row - 2] === right[column - 1];
      current.push(
        Math.min(
          previous[column - 1]! + (isEqual ? 0 : 1),
          previous[column]! + 1,
          current[column - 1]! + 1,
          isSwapped ? beforePrevious[column - 2]! + 1 : Infinity,
        ),
      );
    }
    [beforePrevious, previous] = [previous, current];
  }
  return previous[right.length]!;
}
