export { createNodes, createNodes as createNodesV2 } from './plugin/create-nodes';
export { createDependencies } from './plugin/create-dependencies';
export type { NxCargoTestOptions } from './plugin/plugin-options';
