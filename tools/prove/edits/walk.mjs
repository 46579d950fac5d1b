// Builds and observes the programs of one chain, one after the other.
import { BuildFolder } from './build.mjs';
import { observeTests } from './observe.mjs';
import { firstProgram, nextProgram, STEPS } from './plan.mjs';

/**
 * @param chain As in `firstProgram`.
 * @param folder Where to build; emptied first.
 * @param firstStep The first step that is of interest, from 1. Default: 1.
 * @returns An async row of `{ step, edits, program, executable, link, tests, seen }`; the first one,
 *   without edits, is what the first step of interest is compared with. `link` holds until the next.
 * @throws When a program does not compile.
 */
export async function* walkChain(chain, folder, firstStep = 1) {
  for await (const build of walkBuilds(chain, folder, firstStep))
    yield { ...build, seen: await observeTests(build.executable, build.tests) };
}

/** The same without `seen`: no test is run. */
export async function* walkBuilds(chain, folder, firstStep = 1) {
  const builds = await BuildFolder.open(folder, chain.optLevel);
  let program = firstProgram(chain);
  let edits = [];
  for (let step = 0; step <= STEPS; step++) {
    if (step > 0) ({ program, edits } = nextProgram(program, chain, step));
    if (step < firstStep - 1) continue;
    const built = await builds.build(program);
    yield { step, edits: step < firstStep ? [] : edits, program, ...built };
  }
}
