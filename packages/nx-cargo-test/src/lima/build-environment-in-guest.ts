import { outerEnvironment } from '../process/outer-environment';

/**
 * Variables by which a user tells cargo and rustc what to compile. Others that the
 * key of `build-tests` covers say where things lie on this machine, or how it
 * compiles for itself.
 */
const FOR_CARGO =
  /^(?:RUSTFLAGS|RUSTDOCFLAGS|CARGO_ENCODED_RUSTFLAGS|CARGO_ENCODED_RUSTDOCFLAGS|CARGO_INCREMENTAL|CARGO_PROFILE_.+|CARGO_UNSTABLE_.+|RUSTC_BOOTSTRAP)$/;

/**
 * The environment of cargo in a guest: that of a login there, what is for cargo of
 * ours, and the declared variables.
 *
 * @param guest Environment of a login in the guest.
 * @param own Environment of our own process.
 * @param declared The option `buildEnvironment`.
 * @param targetFolder Absolute path for cargo's target folder in the guest.
 */
export function buildEnvironmentInGuest(
  guest: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string | undefined>>,
  declared: readonly string[],
  targetFolder: string,
): Record<string, string> {
  const forwarded = Object.entries(outerEnvironment(own)).filter(
    ([name]) => FOR_CARGO.test(name) || declared.includes(name),
  );
  // Where rustup puts cargo, also when no profile of the login names it.
  const programs = `${guest['CARGO_HOME'] ?? `${guest['HOME'] ?? ''}/.cargo`}/bin`;
  const path = (guest['PATH'] ?? '').split(':').filter((folder) => folder !== '');
  return {
    ...guest,
    ...Object.fromEntries(forwarded),
    PATH: (path.includes(programs) ? path : [...path, programs]).join(':'),
    CARGO_TARGET_DIR: targetFolder,
  };
}
