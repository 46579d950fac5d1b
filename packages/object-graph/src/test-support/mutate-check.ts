import { ObjectGraphError } from '../errors';
import { fingerprintProgram, fingerprintTests } from '../fingerprint-tests';
import type { Link } from '../linked-program';
import { mutateArchive } from './mutate-archive';
import { changeMeaning } from './mutate-meaning';
import { mutateObject } from './mutate-object';
import { randomFrom } from './mutate-random';
import type { Random } from './mutate-random';
import { archiveOf, linkOf } from './mutate-samples';
import type { Sample } from './mutate-samples';

/** What became of a mutated input. */
export interface Outcome {
  /** `same` and `other` fingerprints, or the code of an error. */
  readonly result: string;
  readonly kind: 'anything' | 'archive' | 'meaning';
  /** What is wrong with it; undefined if nothing is. */
  readonly finding: string | undefined;
}

/** Checks mutated inputs of some samples, each by its seed alone. */
export class MutationCheck {
  readonly #samples: readonly Sample[];
  readonly #bases: readonly string[];

  /** @throws when a sample itself cannot be read. */
  constructor(samples: readonly Sample[]) {
    this.#samples = samples;
    this.#bases = samples.map((sample) =>
      fingerprintsOf(sample, link(sample, explicitBytes(sample), memberBytes(sample))),
    );
  }

  /**
   * Mutates one file of one sample and takes fingerprints. It's a finding if
   * that throws anything but an `ObjectGraphError`, or if the meaning of
   * reachable code changed and its fingerprint did not.
   */
  run(seed: number): Outcome {
    const random = randomFrom(seed);
    const position = random.below(this.#samples.length);
    const sample = this.#samples[position]!;
    const { link: mutated, what, kind } = mutate(sample, this.#samples, random);
    const describe = (problem: string) => `${sample.name}: ${problem} after ${what}`;
    let result: string;
    try {
      result = fingerprintsOf(sample, mutated) === this.#bases[position] ? 'same' : 'other';
    } catch (error) {
      if (!(error instanceof ObjectGraphError)) {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        return { result: 'exception', kind, finding: describe(text) };
      }
      return { result: error.code, kind, finding: undefined };
    }
    const isMissed = kind === 'meaning' && result === 'same';
    return { result, kind, finding: isMissed ? describe('the same fingerprint') : undefined };
  }
}

function mutate(
  sample: Sample,
  samples: readonly Sample[],
  random: Random,
): { link: Link; what: string; kind: Outcome['kind'] } {
  const explicit = explicitBytes(sample);
  const members = memberBytes(sample);
  const other = random.pick(random.pick(samples).explicit).bytes;
  if (members.length > 0 && random.oneIn(4)) {
    const { bytes, what } = mutateArchive(archiveOf(sample, members), other, random);
    return { link: linkOf(sample, explicit, bytes), what, kind: 'archive' };
  }
  const objects = [...sample.explicit, ...sample.members];
  const index = random.below(objects.length);
  const known = sample.known[index];
  const meaning = known !== undefined && random.oneIn(2) ? changeMeaning(known, random) : undefined;
  const { bytes, what } = meaning ?? mutateObject(objects[index]!, other, random);
  const at = index - explicit.length;
  const replaced =
    at < 0
      ? link(sample, explicit.with(index, bytes), members)
      : link(sample, explicit, members.with(at, bytes));
  return {
    link: replaced,
    what: `object ${index}: ${what}`,
    kind: meaning === undefined ? 'anything' : 'meaning',
  };
}

const explicitBytes = (sample: Sample): Uint8Array[] => sample.explicit.map(({ bytes }) => bytes);
const memberBytes = (sample: Sample): Uint8Array[] => sample.members.map(({ bytes }) => bytes);

function link(
  sample: Sample,
  explicit: readonly Uint8Array[],
  members: readonly Uint8Array[],
): Link {
  return linkOf(sample, explicit, members.length === 0 ? undefined : archiveOf(sample, members));
}

function fingerprintsOf(sample: Sample, from: Link): string {
  if (sample.tests.length === 0) return fingerprintProgram(from, true);
  const { fingerprints, unknown } = fingerprintTests(from, sample.tests);
  return JSON.stringify([[...fingerprints].sort(), [...unknown].sort()]);
}
