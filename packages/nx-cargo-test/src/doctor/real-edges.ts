import { spawnSupervised, spawnTalking } from '../process/spawn';
import type { DoctorEdges } from './diagnose';

/** This process's surroundings, with real processes. */
export function realDoctorEdges(): DoctorEdges {
  return {
    spawn: spawnSupervised,
    spawnTalking,
    environment: process.env,
    platform: process.platform,
    architecture: process.arch,
  };
}
