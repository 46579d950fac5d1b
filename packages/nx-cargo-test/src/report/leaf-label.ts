/** How a leaf is called in reports: `task::arena`, `crate root`, `rest`, `doc tests`, `test spawn_public`; `shared processes` for what several share. */
export function leafLabel(leaf: string): string {
  if (leaf === 'lib') return 'crate root';
  if (leaf === 'lib?rest') return 'rest';
  if (leaf === 'shared') return 'shared processes';
  if (leaf === 'doc') return 'doc tests';
  if (leaf.startsWith('lib::')) return leaf.slice('lib::'.length);
  return leaf.replace(':', ' ');
}
