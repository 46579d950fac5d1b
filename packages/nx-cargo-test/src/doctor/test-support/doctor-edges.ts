import { spawnTalkingWithNode, spawnWithNode } from '../../process/test-support/spawn-with-node';
import type { DoctorEdges } from '../diagnose';

/** This machine, with processes that jest can start. */
export function testDoctorEdges(changes: Partial<DoctorEdges> = {}): DoctorEdges {
  return {
    spawn: spawnWithNode,
    spawnTalking: spawnTalkingWithNode,
    environment: process.env,
    platform: process.platform,
    architecture: process.arch,
    ...changes,
  };
}
