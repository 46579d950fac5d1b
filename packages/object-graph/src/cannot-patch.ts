/** Thrown where a link can't be told from a state, and has to be followed anew. */
export class CannotPatch extends Error {}
