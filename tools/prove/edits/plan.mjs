// Which crates there are and how each is edited: all of it follows from a seed.
import { SETTINGS, slotsOf } from './program.mjs';
import { randomFrom } from './random.mjs';
import { templates } from './templates.mjs';

/** Raise it when the same seed gives other programs. */
export const GENERATOR_VERSION = 3;
/** Edits of one crate, one upon the other; then comes another crate. */
export const STEPS = 8;
/** How many features a crate has, and how many of them touch every test. */
const FEATURES = { processWide: 4, other: 8 };
const AT_ONCE = { least: 6, most: 10 };
/**
 * What a step edits, equally often: several features, one feature in a way that touches every
 * test, or a setting of the whole program.
 */
const SCOPES = ['features', 'process', 'setting'];

/**
 * By name, crates of one template only, and which of its slots are edited: for what the dice of
 * other chains show too seldom. A chain with a `focus` is of these.
 */
export const FOCUSES = {
  // Of 2,000 other edits five to nine move a line that a test reads.
  locations: {
    template: 'readers of locations',
    features: 8,
    slots: ['indent', 'between', 'a', 'b', 'c', 'd'],
  },
};

/**
 * The first program of a chain.
 *
 * @param chain `{ seed, optLevel, number, focus, isGentle }`: `focus` is a name of {@link FOCUSES} or
 *   none; a gentle chain makes one edit in each step, of one feature.
 * @returns A program for `renderProgram`.
 */
export function firstProgram(chain) {
  const random = randomOf(chain, 0);
  const features = templatesOf(chain).map((template, index) => ({
    id: `f${index}`,
    template,
    values: chosen(slotsOf(template), random),
  }));
  const settings = chosen(SETTINGS, random);
  // Unoptimised programs are compiled in as many units as cargo takes, optimised ones in any number.
  return {
    settings: chain.optLevel === 0 ? { ...settings, codegenUnits: 16 } : settings,
    features,
  };
}

/**
 * The next program of a chain, and the edits that lead to it: several that share no test, or one
 * that touches all.
 *
 * @param step From 1 to {@link STEPS}.
 * @returns `{ program, edits: [{ id, template, slot, kind, from, to }] }`; without `id` for a setting.
 */
export function nextProgram(program, chain, step) {
  const random = randomOf(chain, step);
  const places = [
    ...Object.entries(SETTINGS).map(([slot, definition]) => ({ slot, definition })),
    ...program.features.flatMap((feature) =>
      Object.entries(slotsOf(feature.template)).map(([slot, definition]) => ({
        feature,
        slot,
        definition,
      })),
    ),
  ];
  const taken =
    chain.focus === undefined
      ? takenPlaces(places, program.features, random, chain)
      : program.features.map((edited) => {
          const slot = random.pick(FOCUSES[chain.focus].slots);
          return places.find((place) => place.feature === edited && place.slot === slot);
        });
  const next = structuredClone(program);
  const edits = taken.map(({ feature, slot, definition }) => {
    const values =
      feature === undefined
        ? next.settings
        : next.features.find(({ id }) => id === feature.id).values;
    const from = values[slot];
    values[slot] = definition.change(from, random);
    const { id, template } = feature ?? { template: 'the whole program' };
    return { id, template, slot, kind: definition.kind, from, to: values[slot] };
  });
  return { program: next, edits };
}

function takenPlaces(places, features, random, { isGentle = false }) {
  if (isGentle) return someOfEach(places, features, random).slice(0, 1);
  const scope = random.pick(SCOPES);
  if (scope === 'features') return someOfEach(places, features, random);
  const wide = places.filter(
    ({ feature, definition }) =>
      definition.alone && (feature === undefined) === (scope === 'setting'),
  );
  return [oneOfAnyKind(wide, random)];
}

/** Places in several features, one in each, which touch the tests of that feature only. */
function someOfEach(places, features, random) {
  const count = AT_ONCE.least + random.below(AT_ONCE.most - AT_ONCE.least + 1);
  return random
    .shuffled(features)
    .slice(0, count)
    .map((edited) =>
      random.weighted(
        places.filter(({ feature, definition }) => feature === edited && !definition.alone),
        ({ definition }) => 1 / FREQUENCIES.get(definition.kind),
      ),
    );
}

/** One of the places, each kind of them equally often. */
function oneOfAnyKind(places, random) {
  const kind = random.pick([...new Set(places.map(({ definition }) => definition.kind))]);
  return random.pick(places.filter(({ definition }) => definition.kind === kind));
}

function randomOf({ seed, optLevel, number, focus }, step) {
  const words = focus === undefined ? [] : [1 + Object.keys(FOCUSES).indexOf(focus)];
  return randomFrom(seed, optLevel, number, step, ...words);
}

function templatesOf(chain) {
  if (chain.focus === undefined) return dealtTemplates(chain);
  const { template, features } = FOCUSES[chain.focus];
  return Array.from({ length: features }, () => template);
}

/** The templates of a crate: so many of either sort, so that each sort is always there. */
function dealtTemplates({ seed, optLevel, number }) {
  const names = Object.keys(templates);
  const isProcessWide = (name) => Object.values(templates[name].slots).some(({ alone }) => alone);
  return [
    ...dealt(names.filter(isProcessWide), FEATURES.processWide, number, [
      seed,
      optLevel,
      2_000_000,
    ]),
    ...dealt(
      names.filter((name) => !isProcessWide(name)),
      FEATURES.other,
      number,
      [seed, optLevel, 1_000_000],
    ),
  ];
}

/** Names are dealt as from packs of cards, so that each comes up equally often. */
function dealt(names, count, number, [seed, optLevel, firstPack]) {
  const taken = [];
  const singletons = new Set();
  for (let position = number * count; taken.length < count; position++) {
    const pack = firstPack + Math.floor(position / names.length);
    const name = randomFrom(seed, optLevel, pack).shuffled(names)[position % names.length];
    const { singleton } = templates[name];
    if (singleton !== undefined && singletons.has(singleton)) continue;
    singletons.add(singleton);
    taken.push(name);
  }
  return taken;
}

function chosen(slots, random) {
  return Object.fromEntries(
    Object.entries(slots).map(([name, definition]) => [name, definition.choose(random)]),
  );
}

/** In how many slots a kind of edit occurs. */
const FREQUENCIES = new Map();
for (const slots of [SETTINGS, ...Object.keys(templates).map(slotsOf)]) {
  for (const { kind } of Object.values(slots))
    FREQUENCIES.set(kind, (FREQUENCIES.get(kind) ?? 0) + 1);
}
