/**
 * Whether rustc may be told to compile for the very processor that it runs on.
 * What is compiled then can behave differently, or fail, on another one. Texts
 * are searched, not understood: a comment that says so counts, too.
 *
 * @param environment Of cargo.
 * @param configFiles Content of cargo's configuration files.
 * @param manifests Content of the Cargo.toml files that may have profiles.
 */
export function mayUseNativeCpu(
  environment: Readonly<Record<string, string>>,
  configFiles: readonly string[],
  manifests: readonly string[],
): boolean {
  const flags = Object.entries(environment).flatMap(([name, value]) =>
    FLAGS_VARIABLE.test(name) ? [value] : [],
  );
  return (
    [...flags, ...configFiles, ...manifests].some((text) => NATIVE.test(text)) ||
    configFiles.some((text) => INCLUDES_OTHERS.test(text))
  );
}

/** `RUSTFLAGS`, `CARGO_ENCODED_RUSTFLAGS`, `CARGO_BUILD_RUSTFLAGS`, those of targets and of profiles. */
const FLAGS_VARIABLE = /(?:^|_)RUSTFLAGS$/;

/** rustc takes `_` for `-`, and flags may be parted by quotes, commas or cargo's separator U+001F. */
const NATIVE = /target[-_]cpu\W{0,20}native/;

/** cargo's key for further configuration files, which nobody has read here. */
const INCLUDES_OTHERS = /^\s*["']?include["']?\s*=/m;
