// Compares what was executed with what can be reached.
import { createRequire } from 'node:module';
import { isAbsolute, join, relative } from 'node:path';
import { repository } from '../setup.mjs';
import { codeNodesOfSections, openGraph, reachedFrom } from './reachable-code.mjs';

const require = createRequire(import.meta.url);
const { ObjectGraphError, symbolPath } = require(
  join(repository, 'packages/object-graph/dist/index.js'),
);

/**
 * Compares the traces of one binary's tests with the graph of its link.
 *
 * @param sections Of the binary, as `readLinkMap` gives them; traces hold indices into them.
 * @param baseline The trace of a run that selects no test.
 * @returns Per test `{ test, reason }` where there is nothing to compare, else
 *   - `all`, and without the toolchain's `crates`: `{ executed, reachable }`, numbers of functions;
 *     what is executed is also reachable, the rest is told apart:
 *   - `started`: how many are not held against it, as the process executes them without any test;
 *   - `entry`: names of those among them that stand in objects of crates;
 *   - `system`: how many are of the C library's start files;
 *   - `exceptions`: all others, described;
 *   - `missed`: controls: how many functions of crates it executes that would be exceptions if the next test's
 *     reach were taken for its own (`mixed`), or if functions that only constants and statics refer
 *     to, such as those of trait objects, were not followed (`indirect`).
 */
export function compareTraces({ link, sysroot, sections, baseline, traces }) {
  let graph;
  try {
    graph = openGraph(
      link,
      traces.map(({ test }) => test),
      (path) => isInside(sysroot, path),
    );
  } catch (error) {
    if (!(error instanceof ObjectGraphError)) throw error;
    const reason = `depends on the whole binary: ${error.code}`;
    return traces.map(({ test }) => ({ test, reason }));
  }
  const inputs = new Set(link.inputs.map(({ path }) => path));
  const origin = (object) => originOf(object, inputs, sysroot);
  const binary = {
    graph,
    places: sections,
    nodes: codeNodesOfSections(graph, sections),
    origins: sections.map(({ object }) => origin(object)),
    isStarted: new Set(baseline.sections),
    code: marks(graph, (id) => graph.isCode(id)),
    crateCode: marks(graph, (id) => graph.isCode(id) && origin(graph.object(id)) === 'crates'),
  };
  const reached = traces.map(({ test }) => {
    const root = graph.tests.get(test);
    return root === undefined ? undefined : reachedFrom(graph, [root, ...graph.sharedRoots]);
  });
  return traces.map(({ test, reason, ...trace }, index) => {
    if (reason !== undefined) return { test, reason };
    const own = reached[index];
    if (own === undefined) return { test, reason: 'has no descriptor of a known layout' };
    const root = graph.tests.get(test);
    const other = reached[(index + 1) % reached.length];
    return {
      test,
      ...compareTrace(binary, root, trace, own),
      missed: {
        ...(other === undefined || other === own ? {} : { mixed: missed(binary, trace, other) }),
        indirect: missed(binary, trace, reachedDirectly(graph, root)),
      },
    };
  });
}

function reachedDirectly(graph, root) {
  const roots = [root, ...graph.sharedRoots];
  const isRoot = new Set(roots);
  return reachedFrom(
    graph,
    roots,
    (from, to) => graph.isCode(from) || !graph.isCode(to) || isRoot.has(from),
  );
}

function compareTrace(binary, root, { sections, strays }, reached) {
  const { places, nodes, origins, isStarted } = binary;
  const entry = [];
  const exceptions = strays.map((address) => `0x${address.toString(16)}, which is in no section`);
  const counts = { all: 0, crates: 0, started: 0, system: 0 };
  for (const section of sections) {
    const origin = origins[section];
    if (origin === 'system') {
      counts.system++;
    } else if (isWithin(nodes[section], reached)) {
      counts.all++;
      if (origin === 'crates') counts.crates++;
    } else {
      const part = origin === 'crates' ? entryPart(places[section]) : undefined;
      if (isStarted.has(section) && (origin === 'toolchain' || part !== undefined)) {
        counts.started++;
        if (part !== undefined) entry.push(part);
      } else exceptions.push(describe(places[section], nodes[section]));
    }
  }
  if (!isTraced(binary, root, sections))
    exceptions.push('nothing of its own function: the trace is not of this test');
  return {
    all: { executed: counts.all, reachable: countBoth(reached, binary.code) },
    crates: { executed: counts.crates, reachable: countBoth(reached, binary.crateCode) },
    started: counts.started,
    system: counts.system,
    entry,
    exceptions,
  };
}

/** Whether all that a section may be was reached; not if nothing is known of it. */
function isWithin(nodes, reached) {
  return nodes.length > 0 && nodes.every((id) => reached[id] === 1);
}

function missed({ nodes, origins, isStarted }, { sections }, reached) {
  return sections.filter(
    (section) =>
      origins[section] === 'crates' &&
      !isStarted.has(section) &&
      !isWithin(nodes[section], reached),
  ).length;
}

/** Where an object comes from: `crates`, the `toolchain`'s archives, or the `system`: start files and parts of the C library. */
function originOf(object, inputs, sysroot) {
  const path = object.replace(/\([^()]*\)$/, '');
  if (inputs.has(path)) return isInside(sysroot, path) ? 'toolchain' : 'crates';
  // `<internal>` is the linker's own, such as jumps to shared libraries.
  return path === '<internal>' || isInside('/usr/lib', path) || isInside('/lib', path)
    ? 'system'
    : 'crates';
}

function isInside(folder, path) {
  const way = relative(folder, path);
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
}

/**
 * What part of the process's generated entry a section of a crate's object is: `main`, which calls the standard
 * library with the harness's `main`, or one of the generic functions of the standard library between them.
 */
function entryPart({ symbols }) {
  for (const symbol of symbols) {
    const path = symbolPath(symbol);
    if (symbol === 'main') return symbol;
    if (/^[a-zA-Z0-9_]+::main$/.test(path)) return 'CRATE::main';
    const part = GENERIC_ENTRY.find((name) => path === name || path.startsWith(`${name}::`));
    if (part !== undefined) return part;
  }
  return undefined;
}

const GENERIC_ENTRY = [
  'std::rt::lang_start',
  'std::sys::backtrace::__rust_begin_short_backtrace',
  'core::ops::function::FnOnce::call_once',
];

/** Whether one of the functions that a test's descriptor refers to was executed. */
function isTraced({ graph, nodes }, root, sections) {
  const functions = new Set(graph.targets(root).filter((id) => id >= 0 && graph.isCode(id)));
  return sections.some((section) => nodes[section].some((id) => functions.has(id)));
}

function marks(graph, holds) {
  return Uint8Array.from({ length: graph.size }, (_, id) => (holds(id) ? 1 : 0));
}

function countBoth(first, second) {
  return first.reduce((sum, mark, id) => sum + (mark & second[id]), 0);
}

function describe(place, nodes) {
  const known = nodes.length === 0 ? 'not in the graph' : 'not reached';
  const name = symbolPath(place.symbols[0] ?? place.section);
  return `${name} (${place.section} of ${place.object}, ${known})`;
}
