export { fingerprintProgram, fingerprintTests, GRAPH_VERSION } from './fingerprint-tests';
export { ObjectGraphError } from './errors';
export { symbolPath } from './symbol-name';

export type { ObjectGraphErrorCode } from './errors';
export type { TestFingerprints } from './fingerprint-tests';
export type { Link, LinkedFile } from './linked-program';
export type { SharedStatic } from './shared-state';
