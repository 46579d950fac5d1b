/** Files that cargo and rustup look for in a folder and in all above it, relative to the folder. */
export const configurationFiles: readonly string[] = [
  '.cargo/config.toml',
  '.cargo/config',
  'rust-toolchain.toml',
  'rust-toolchain',
];
