// The source of a generated crate: from the values of its slots to the text of all of its files.
import { choice, flag, number } from './slots.mjs';
import { templates } from './templates.mjs';

const TARGET_FEATURES = process.arch === 'x64' ? ['+sse4.2', '+popcnt'] : ['+crc', '+lse'];
const times = (count, value) => Array.from({ length: count }, () => value);

/** Slots of the whole program: what is said to the compilers. */
export const SETTINGS = {
  edition: choice('edition', ['2021', '2024'], { alone: true }),
  codegenUnits: choice('codegen units', [1, 4, 16, 256], { alone: true }),
  overflowChecks: flag('overflow checks', { alone: true }),
  debugAssertions: flag('debug assertions', { alone: true }),
  mangling: choice('symbol mangling', ['default', 'v0'], { alone: true }),
  metadata: choice('crate metadata', ['one', 'two', 'three'], { alone: true }),
  lto: choice('LTO', [...times(9, 'off'), ...times(9, 'thin-local'), 'thin', 'fat'], {
    alone: true,
  }),
  debugInfo: choice('debug information', [0, 0, 1, 2], { alone: true }),
  relocationModel: choice('relocation model', [...times(4, 'pic'), 'static'], { alone: true }),
  targetFeature: choice('target feature', ['', ...TARGET_FEATURES], { alone: true }),
  sectionsOfC: flag('sections of C', { alone: true }),
  compilerOfC: choice('compiler of C', ['gcc', 'clang'], { alone: true }),
  nativeOrder: choice('order of C files', ['ascending', 'descending'], { alone: true }),
};

/** Slots that every feature has besides those of its template. */
const OF_EVERY_FEATURE = {
  above: number('lines above', 0, 4),
  names: choice('items renamed', ['', '_other', '_two']),
  rotation: choice('items reordered', [0, 1, 2]),
  isInner: flag('items moved to a module'),
  unused: choice('unused code', ['nothing', 'function', 'type', 'implementation']),
  isHidden: flag('optimisation barrier'),
};
const INLINING = {
  inlining: choice('inlining attribute', [
    '',
    '#[inline]',
    '#[inline(never)]',
    '#[inline(always)]',
    '#[cold]',
  ]),
};

/** All slots of a template's features. */
export function slotsOf(name) {
  const template = templates[name];
  const inlining = template.render.toString().includes('#[INLINE]') ? INLINING : {};
  return { ...OF_EVERY_FEATURE, ...inlining, ...template.slots };
}

/**
 * Writes a program down.
 *
 * @param program `{ settings, features: [{ id, template, values }] }`, all plain values.
 * @returns `{ files, natives, dependencyNatives, environment, cfgs, sharedLibraries, crates,
 *   macros }`: texts by path, C and C++ sources `{ name, text, language, flags }`, variables, names
 *   for `--cfg`, C sources of shared libraries and texts of further crates by name, and the text of a crate of procedural macros.
 */
export function renderProgram({ features }) {
  const source = {
    files: {},
    natives: [],
    dependencyNatives: [],
    environment: {},
    cfgs: [],
    sharedLibraries: {},
    crates: {},
    macros: '',
  };
  const modules = [];
  const dependencyModules = [];
  for (const { id, template, values } of features) {
    const part = templates[template].render(values);
    const named = (text) => withNames(text, id, values);
    source.files[`${id}.rs`] = moduleText(part, id, values);
    modules.push(`mod ${id};`);
    for (const [path, text] of Object.entries(part.files ?? {}))
      source.files[named(path)] = named(text);
    if (part.dependency !== undefined) {
      source.files[`dep/${id}.rs`] = named(`${'//\n'.repeat(values.above)}${part.dependency}\n`);
      dependencyModules.push(`pub mod ${id};`);
    }
    (part.natives ?? []).forEach(({ text, language = 'c', flags = [], isInDependency }, index) => {
      const list = isInDependency ? source.dependencyNatives : source.natives;
      list.push({ name: `${id}_${index}`, text: named(text), language, flags });
    });
    for (const [name, text] of Object.entries(part.environment ?? {}))
      source.environment[named(name)] = text;
    source.cfgs.push(...(part.cfgs ?? []).map(named));
    for (const [name, text] of Object.entries(part.sharedLibraries ?? {}))
      source.sharedLibraries[named(name)] = named(text);
    Object.assign(source.crates, part.crates);
    source.macros += part.macros === undefined ? '' : named(part.macros);
  }
  source.files['main.rs'] = `${ROOT}${modules.join('\n')}\n`;
  source.files['dep/lib.rs'] = `#![allow(warnings)]\n${dependencyModules.join('\n')}\n`;
  return source;
}

const ROOT = `#![allow(warnings)]
extern crate dep;
mod barrier {
    pub use std::hint::black_box as hidden;
    pub fn shown<T>(value: T) -> T { value }
}
`;

const UNUSED = {
  nothing: '',
  function: 'pub fn ~unused(n: u64) -> u64 { n.rotate_left(7) ^ 0x55 }',
  type: 'pub struct ~Unused { pub a: u64, pub b: Vec<String> }',
  implementation:
    'pub struct ~Unused(pub u8); impl std::fmt::Display for ~Unused { fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result { write!(f, "unused {}", self.0) } }',
};

function moduleText({ head = '', items, tests }, id, values) {
  const all = [...items, UNUSED[values.unused]];
  const turned = [...all.slice(values.rotation), ...all.slice(0, values.rotation)].join('\n');
  const body = values.isInner
    ? `pub mod inner {\nuse super::*;\n${turned}\n}\npub use self::inner::*;`
    : turned;
  const testTexts = Object.entries(tests).map(([name, test]) => {
    const {
      attributes = '',
      result = '',
      body: code,
    } = typeof test === 'string' ? { body: test } : test;
    return `#[test] ${attributes}\nfn test_${name}() ${result}{\n${code}\n}`;
  });
  const hide = values.isHidden ? 'hidden' : 'shown';
  return withNames(
    `${'// A line.\n'.repeat(values.above)}use crate::barrier::${hide} as hide;\n${head}\n${body}\n${testTexts.join('\n')}\n`,
    id,
    values,
  );
}

/**
 * Fills in names: `~name` is an item that edits may rename, `FEATURE` is the feature's own name,
 * `#[INLINE]` is an attribute that edits change.
 */
function withNames(text, id, { names, inlining = '' }) {
  return text
    .replaceAll('#[INLINE]', inlining)
    .replaceAll('FEATURE', id)
    .replace(/~([A-Za-z_]\w*)/g, `$1${names}`);
}
