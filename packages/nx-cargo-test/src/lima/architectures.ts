/** Lima's names of architectures by those of Node.js. */
export const LIMA_ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'x86_64',
  arm64: 'aarch64',
};
