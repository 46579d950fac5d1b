// What can change in a feature of a generated crate. A slot has a kind, under which its edits are
// counted, a way to choose its first value, and a way to choose another one.

/**
 * A whole number.
 *
 * @param kind What an edit of it is.
 * @param options.alone The edit touches every test, so it's made alone. Default: false.
 */
export function number(kind, low = 1, high = 99, options = {}) {
  const choose = (random) => low + random.below(high - low + 1);
  return slot(kind, choose, options);
}

/** One of several values. */
export function choice(kind, values, options = {}) {
  return slot(kind, (random) => random.pick(values), options);
}

/** Something that is there or not. */
export function flag(kind, options = {}) {
  return choice(kind, [false, true], options);
}

/** A word. */
export function word(kind, options = {}) {
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const choose = (random) =>
    Array.from({ length: 3 + random.below(6) }, () => letters[random.below(26)]).join('');
  return slot(kind, choose, options);
}

/** An order of `count` things, as their numbers; an edit exchanges two of them. */
export function order(kind, count, options = {}) {
  const numbers = Array.from({ length: count }, (_, index) => index);
  return {
    ...slot(kind, (random) => random.shuffled(numbers), options),
    change(value, random) {
      const first = random.below(count);
      const second = (first + 1 + random.below(count - 1)) % count;
      const changed = [...value];
      [changed[first], changed[second]] = [value[second], value[first]];
      return changed;
    },
  };
}

function slot(kind, choose, { alone = false } = {}) {
  return {
    kind,
    alone,
    choose,
    change(value, random) {
      for (;;) {
        const changed = choose(random);
        if (changed !== value) return changed;
      }
    },
  };
}
