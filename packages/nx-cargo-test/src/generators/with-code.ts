import { CargoTestError } from '../errors';
import { describeFailure } from '../report/describe-failure';

/** Runs a generator. Nx shows the message of what it throws, so the code of an error goes in there. */
export async function withCode<T>(generate: () => Promise<T>): Promise<T> {
  try {
    return await generate();
  } catch (error) {
    if (error instanceof CargoTestError) throw new Error(describeFailure(error), { cause: error });
    throw error;
  }
}
