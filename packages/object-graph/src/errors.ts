/** Why an object, an archive or a link could not be read; docs/errors.md explains each. */
export type ObjectGraphErrorCode =
  | 'TRUNCATED'
  | 'NOT_ELF'
  | 'BITCODE'
  | 'UNSUPPORTED_OBJECT'
  | 'UNSUPPORTED_ARCHIVE'
  | 'MALFORMED_OBJECT'
  | 'UNRESOLVED_SYMBOL';

/** An input that cannot be followed soundly; the caller must fall back to the whole binary. */
export class ObjectGraphError extends Error {
  readonly code: ObjectGraphErrorCode;

  constructor(code: ObjectGraphErrorCode, message: string) {
    super(message);
    this.name = 'ObjectGraphError';
    this.code = code;
  }
}
