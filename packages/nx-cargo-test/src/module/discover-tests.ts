import { posix } from 'node:path';
import { moduleFile, type ModuleDirectory } from './module-file';
import type { FileOutline, OutlineItems, OutlineModule } from './rust-outline';

/** A test function found in source. */
export interface DiscoveredTest {
  /** Name of the function without its module path. */
  readonly name: string;
  /** Texts of every `cfg` predicate from the crate's root down to the function; all must hold. */
  readonly cfgs: readonly string[];
  /** Source file that holds it, as `readFile` was asked for it. */
  readonly file: string;
  /** Line of its name, from 1. */
  readonly line: number;
  /**
   * True when this may be no test after all: the grammar did not understand the
   * whole file, or a template that stands elsewhere decides.
   */
  readonly uncertain: boolean;
}

/** A module that shows tests of its own. */
export interface DiscoveredModule {
  /** Path from the crate's root, segments joined by `::` and without `r#`; empty for the root. */
  readonly path: string;
  /** Sorted by name, file and line; a name occurs again when `cfg`s choose between two functions. */
  readonly tests: readonly DiscoveredTest[];
}

/** Something that kept discovery from seeing all of a crate; its tests fall to the rest. */
export interface DiscoveryNote {
  readonly file: string;
  readonly message: string;
}

/** The tests that a crate's source shows. */
export interface DiscoveredTests {
  /** Modules with tests, sorted by path. */
  readonly modules: readonly DiscoveredModule[];
  readonly notes: readonly DiscoveryNote[];
  /** True when macros may make tests that no function shows. */
  readonly macroTests: boolean;
  /** Every file that was read, sorted. */
  readonly files: readonly string[];
}

/** How discovery reads source. */
export interface SourceReader {
  /** Outline of a file, or `undefined` when it is missing or is not UTF-8. */
  outline(file: string): FileOutline | undefined;
  /** Whether there is such a file. */
  exists(file: string): boolean;
}

/**
 * Finds the test modules of a crate without compiling it, by following its
 * `mod` declarations as rustc does. What cannot be read becomes a note and is
 * passed over.
 *
 * @param entryFile The crate's root file, with forward slashes.
 */
export function discoverTests(entryFile: string, reader: SourceReader): DiscoveredTests {
  const walk: Walk = {
    reader,
    tests: new Map(),
    notes: [],
    files: new Set(),
    macroTests: false,
  };
  walkFile(walk, {
    file: posix.normalize(entryFile),
    modulePath: [],
    directory: { folder: posix.dirname(posix.normalize(entryFile)) },
    cfgs: [],
    ancestors: [],
  });
  const modules = [...walk.tests]
    .map(([path, tests]) => ({ path, tests: sortTests(tests) }))
    .sort((a, b) => compare(a.path, b.path));
  return {
    modules,
    notes: walk.notes,
    macroTests: walk.macroTests,
    files: [...walk.files].sort(compare),
  };
}

interface Walk {
  readonly reader: SourceReader;
  readonly tests: Map<string, DiscoveredTest[]>;
  readonly notes: DiscoveryNote[];
  readonly files: Set<string>;
  macroTests: boolean;
}

interface Place {
  readonly file: string;
  readonly modulePath: readonly string[];
  readonly directory: ModuleDirectory;
  readonly cfgs: readonly string[];
  /** Files around this one, to notice a module that leads back to itself. */
  readonly ancestors: readonly string[];
  readonly uncertain?: boolean;
}

function walkFile(walk: Walk, place: Place): void {
  if (place.ancestors.includes(place.file)) {
    walk.notes.push({
      file: place.file,
      message: 'a module leads back to the file that declares it',
    });
    return;
  }
  walk.files.add(place.file);
  const outline = walk.reader.outline(place.file);
  if (outline === undefined) {
    const reason = walk.reader.exists(place.file) ? 'not readable as UTF-8' : 'missing';
    walk.notes.push({ file: place.file, message: `the file is ${reason}` });
    return;
  }
  if (outline.errorLine !== undefined) {
    walk.notes.push({
      file: place.file,
      message: `the Rust grammar does not understand line ${outline.errorLine}`,
    });
  }
  walk.macroTests ||= outline.macroTests;
  walkItems(walk, outline, {
    ...place,
    ancestors: [...place.ancestors, place.file],
    uncertain: outline.errorLine !== undefined,
  });
}

function walkItems(walk: Walk, items: OutlineItems, place: Place): void {
  const cfgs = [...place.cfgs, ...items.cfgs];
  const path = place.modulePath.join('::');
  for (const test of items.tests) {
    const known = walk.tests.get(path) ?? [];
    known.push({
      name: test.name,
      cfgs: [...cfgs, ...test.cfgs],
      file: place.file,
      line: test.line,
      uncertain: place.uncertain === true || test.uncertain === true,
    });
    walk.tests.set(path, known);
  }
  for (const module of items.modules) walkModule(walk, module, { ...place, cfgs });
  for (const include of items.includes) {
    // rustc takes an included file for a root of its own folder.
    const file = posix.isAbsolute(include.path)
      ? posix.normalize(include.path)
      : posix.join(posix.dirname(place.file), include.path);
    walkFile(walk, {
      ...place,
      file,
      directory: { folder: posix.dirname(file) },
      cfgs: [...cfgs, ...include.cfgs],
    });
  }
}

function walkModule(walk: Walk, module: OutlineModule, place: Place): void {
  const inner = { ...place, modulePath: [...place.modulePath, module.name] };
  const cfgs = [...place.cfgs, ...module.cfgs];
  for (const choice of moduleFile(module, place.directory, walk.reader.exists)) {
    const next = { ...inner, cfgs: [...cfgs, ...choice.conditions], directory: choice.directory };
    if (choice.file === undefined) {
      if (module.items) walkItems(walk, module.items, next);
    } else {
      walkFile(walk, { ...next, file: choice.file });
    }
  }
}

function sortTests(tests: readonly DiscoveredTest[]): readonly DiscoveredTest[] {
  return [...tests].sort(
    (a, b) => compare(a.name, b.name) || compare(a.file, b.file) || a.line - b.line,
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
