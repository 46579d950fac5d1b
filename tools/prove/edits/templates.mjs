// All features that generated crates are made of.
import { building } from './features/building.mjs';
import { dependency } from './features/dependency.mjs';
import { dispatch } from './features/dispatch.mjs';
import { drops } from './features/drops.mjs';
import { flow } from './features/flow.mjs';
import { layout } from './features/layout.mjs';
import { linking } from './features/linking.mjs';
import { locations } from './features/locations.mjs';
import { native } from './features/native.mjs';
import { assembly } from './features/assembly.mjs';
import { statics } from './features/statics.mjs';
import { values } from './features/values.mjs';

/**
 * By name: `{ slots, render, singleton }`. `render` makes of the slots' values `head`, lines that
 * come first; `items`, in any order; `tests`, by name; and what else the feature adds (see
 * `renderProgram`). Of features with equal `singleton` a crate has one at most. A template with `machine` is for that processor only.
 */
export const templates = ofThisMachine({
  ...values,
  ...layout,
  ...flow,
  ...dispatch,
  ...drops,
  ...statics,
  ...locations,
  ...native,
  ...assembly,
  ...linking,
  ...building,
  ...dependency,
});

/** Those that are not written for another processor (`machine`). */
function ofThisMachine(all) {
  const entries = Object.entries(all);
  return Object.fromEntries(
    entries.filter(([, { machine = process.arch }]) => machine === process.arch),
  );
}
