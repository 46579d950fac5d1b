// Numbers that follow from a seed alone, so that every crate and every edit can be made again.

/**
 * @param words Whole numbers that together name the row of numbers.
 * @returns `below(n)`: a whole number from 0 up to, but not including, n; `pick(items)`; `oneIn(n)`;
 *   `weighted(items, weight)`; `shuffled(items)`.
 */
export function randomFrom(...words) {
  let state = 0x9e3779b9;
  // The generator Mulberry32 (Tommy Ettinger's, public domain).
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  for (const word of words) {
    state = (state ^ Math.imul(word + 1, 0x85ebca6b)) >>> 0;
    state = next();
  }
  const fraction = () => next() / 2 ** 32;
  const below = (limit) => Math.floor(fraction() * limit);
  const pick = (items) => items[below(items.length)];
  return {
    below,
    pick,
    oneIn: (n) => below(n) === 0,
    weighted(items, weight) {
      const total = items.reduce((sum, item) => sum + weight(item), 0);
      let left = fraction() * total;
      for (const item of items) {
        left -= weight(item);
        if (left < 0) return item;
      }
      return items.at(-1);
    },
    shuffled(items) {
      const rest = [...items];
      for (let at = rest.length - 1; at > 0; at--) {
        const other = below(at + 1);
        [rest[at], rest[other]] = [rest[other], rest[at]];
      }
      return rest;
    },
  };
}
