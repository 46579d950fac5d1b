import { outerEnvironment } from '../../process/outer-environment';
import { spawnSupervised, spawnTalking } from '../../process/spawn';
import { openRunners, type Runners } from './open-runners';

/**
 * Runners with real processes.
 *
 * @param announce Shows a line to the user at once.
 */
export function openRealRunners(announce: (line: string) => void): Runners {
  return openRunners({
    spawn: spawnSupervised,
    spawnTalking,
    environment: outerEnvironment(process.env),
    architecture: process.arch,
    announce,
    ownEnvironment: process.env,
    platform: process.platform,
  });
}
