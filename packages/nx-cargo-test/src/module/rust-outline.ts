import { readFileSync } from 'node:fs';
import { Language, type Node, Parser } from 'web-tree-sitter';
import {
  collapseSpace,
  parseAttribute,
  stringValue,
  type ConditionalAttribute,
} from './rust-attribute';
import { isTemplate, testMark } from './test-attribute';

/** Version of {@link FileOutline}; outlines kept on disk by another version are not read. */
export const OUTLINE_VERSION = 2;

/** A test function as the source shows it. */
export interface OutlineTest {
  readonly name: string;
  /** Texts of its `cfg` predicates, all of which must hold. */
  readonly cfgs: readonly string[];
  /** Line of the function's name, from 1. */
  readonly line: number;
  /** True when other source decides whether it is a test; absent when it surely is one. */
  readonly uncertain?: true;
}

/** A `path` attribute, with the predicates of the `cfg_attr`s around it. */
export interface OutlinePath {
  readonly path: string;
  readonly conditions: readonly string[];
}

/** `mod name;` or `mod name { ... }`. */
export interface OutlineModule {
  readonly name: string;
  readonly cfgs: readonly string[];
  readonly paths: readonly OutlinePath[];
  readonly line: number;
  /** Content of an inline module; absent for one in a file of its own. */
  readonly items?: OutlineItems;
}

/** `include!("...")` where items may stand. */
export interface OutlineInclude {
  readonly path: string;
  readonly cfgs: readonly string[];
  readonly line: number;
}

/** What a module's body holds, as far as tests are concerned. */
export interface OutlineItems {
  /** Texts of `#![cfg(...)]`. */
  readonly cfgs: readonly string[];
  readonly tests: readonly OutlineTest[];
  readonly modules: readonly OutlineModule[];
  readonly includes: readonly OutlineInclude[];
}

/** All that discovery needs to know of one source file; a value that JSON can hold. */
export interface FileOutline extends OutlineItems {
  /** Line of the first place that the grammar did not understand, from 1. */
  readonly errorLine?: number;
  /** True when a macro at item level speaks of tests and so may make some. */
  readonly macroTests: boolean;
}

/** Reads one Rust source text. */
export type OutlineSource = (source: string) => FileOutline;

let loading: Promise<Parser> | undefined;

/**
 * Loads the Rust grammar, once per process.
 *
 * @param testAttributes Attributes that make tests besides those that always do.
 * @returns a synchronous function that outlines a source text. It never throws
 *   for what the text holds.
 */
export async function loadOutlineSource(
  testAttributes: readonly string[] = [],
): Promise<OutlineSource> {
  const parser = await (loading ??= loadParser());
  return (source) => {
    try {
      return outline(parser, source, testAttributes);
    } catch {
      // Source that nests deeper than the stack reaches must not end the graph of every project.
      return unreadable;
    }
  };
}

async function loadParser(): Promise<Parser> {
  await Parser.init();
  const grammar = readFileSync(require.resolve('tree-sitter-rust/tree-sitter-rust.wasm'));
  const parser = new Parser();
  parser.setLanguage(await Language.load(grammar));
  return parser;
}

function outline(parser: Parser, source: string, testAttributes: readonly string[]): FileOutline {
  const tree = parser.parse(source.replace(/^\ufeff/, ''));
  if (tree === null) return unreadable;
  try {
    const { rootNode } = tree;
    const state: OutlineState = { testAttributes, macroTests: false };
    const items = readItems(rootNode, state);
    return {
      ...items,
      macroTests: state.macroTests,
      ...(rootNode.hasError ? { errorLine: firstErrorLine(rootNode) } : {}),
    };
  } finally {
    tree.delete();
  }
}

const unreadable: FileOutline = {
  cfgs: [],
  tests: [],
  modules: [],
  includes: [],
  macroTests: true,
  errorLine: 1,
};

interface OutlineState {
  readonly testAttributes: readonly string[];
  macroTests: boolean;
}

interface MutableItems {
  cfgs: string[];
  tests: OutlineTest[];
  modules: OutlineModule[];
  includes: OutlineInclude[];
}

function readItems(body: Node, state: OutlineState): OutlineItems {
  const items: MutableItems = { cfgs: [], tests: [], modules: [], includes: [] };
  collectItems(body, items, state);
  return items;
}

function collectItems(body: Node, items: MutableItems, state: OutlineState): void {
  let attributes: ConditionalAttribute[] = [];
  for (const node of body.namedChildren) {
    if (node === null) continue;
    switch (node.type) {
      case 'line_comment':
      case 'block_comment':
        continue;
      case 'attribute_item':
        attributes.push(...parseAttribute(attributeText(node)));
        continue;
      case 'inner_attribute_item':
        items.cfgs.push(...cfgTexts(parseAttribute(attributeText(node))));
        continue;
      case 'function_item':
        addTest(node, attributes, items, state);
        break;
      case 'mod_item':
        addModule(node, attributes, items, state);
        break;
      case 'macro_definition':
        noteMacro(node, state);
        break;
      case 'macro_invocation':
        addMacro(node, attributes, items, state);
        break;
      case 'expression_statement': {
        const macro = node.namedChildren.find((child) => child?.type === 'macro_invocation');
        if (macro) addMacro(macro, attributes, items, state);
        break;
      }
      case 'ERROR':
        // What stands inside was understood piecemeal; items among it are still items.
        collectItems(node, items, state);
        break;
    }
    attributes = [];
  }
}

function attributeText(node: Node): string {
  return node.text.replace(/^#\s*!?\s*\[/, '').replace(/\]$/, '');
}

function addTest(
  node: Node,
  attributes: readonly ConditionalAttribute[],
  items: MutableItems,
  { testAttributes }: OutlineState,
): void {
  const name = node.childForFieldName('name');
  const mark = ({ attribute }: ConditionalAttribute): ReturnType<typeof testMark> =>
    testMark(attribute, testAttributes);
  const marks = attributes.filter((each) => mark(each) !== undefined);
  const templates = attributes.filter(({ attribute }) => isTemplate(attribute));
  const isTemplateAlways = templates.some(({ conditions }) => conditions.length === 0);
  if (name === null || marks.length === 0 || isTemplateAlways) return;
  const isCertain = templates.length === 0 && marks.some((each) => mark(each) === 'test');
  const cfgs = [...cfgTexts(attributes)];
  if (marks.every(({ conditions }) => conditions.length > 0)) {
    cfgs.push(anyOf(marks.map(({ conditions }) => allOf(conditions))));
  }
  items.tests.push({
    name: plainName(name.text),
    cfgs,
    line: name.startPosition.row + 1,
    ...(isCertain ? {} : { uncertain: true }),
  });
}

function addModule(
  node: Node,
  attributes: readonly ConditionalAttribute[],
  items: MutableItems,
  state: OutlineState,
): void {
  const name = node.childForFieldName('name');
  if (name === null) return;
  const body = node.childForFieldName('body');
  items.modules.push({
    name: plainName(name.text),
    cfgs: cfgTexts(attributes),
    paths: attributes.flatMap(({ attribute, conditions }) =>
      attribute.path === 'path' && attribute.value !== undefined
        ? [{ path: attribute.value, conditions }]
        : [],
    ),
    line: name.startPosition.row + 1,
    ...(body === null ? {} : { items: readItems(body, state) }),
  });
}

function addMacro(
  node: Node,
  attributes: readonly ConditionalAttribute[],
  items: MutableItems,
  state: OutlineState,
): void {
  noteMacro(node, state);
  const macro = node.childForFieldName('macro')?.text;
  if (macro !== 'include' && macro !== 'std::include' && macro !== 'core::include') return;
  const argument = node.namedChildren.find((child) => child?.type === 'token_tree');
  const parts = argument?.namedChildren ?? [];
  const literal = parts[0];
  if (parts.length !== 1 || !literal || !/^(raw_)?string_literal$/.test(literal.type)) return;
  items.includes.push({
    path: stringValue(literal.text),
    cfgs: cfgTexts(attributes),
    line: node.startPosition.row + 1,
  });
}

function noteMacro(node: Node, state: OutlineState): void {
  const names = state.testAttributes.map((path) => path.split('::').at(-1) ?? path);
  if (/test/i.test(node.text) || names.some((name) => node.text.includes(name))) {
    state.macroTests = true;
  }
}

/** The `cfg` predicates among attributes; `cfg_attr(a, cfg(b))` holds unless a without b. */
function cfgTexts(attributes: readonly ConditionalAttribute[]): string[] {
  return attributes.flatMap(({ attribute, conditions }) => {
    if (attribute.path !== 'cfg' || attribute.arguments === undefined) return [];
    const predicate = collapseSpace(attribute.arguments).replace(/,$/, '').trim();
    return [conditions.length === 0 ? predicate : `any(not(${allOf(conditions)}), ${predicate})`];
  });
}

function allOf(predicates: readonly string[]): string {
  return predicates.length === 1 ? (predicates[0] ?? '') : `all(${predicates.join(', ')})`;
}

function anyOf(predicates: readonly string[]): string {
  return predicates.length === 1 ? (predicates[0] ?? '') : `any(${predicates.join(', ')})`;
}

/** `r#type` is the module `type`: rustc looks for its file under that name. */
function plainName(identifier: string): string {
  return identifier.replace(/^r#/, '').normalize('NFC');
}

function firstErrorLine(node: Node): number {
  if (node.isError || node.isMissing) return node.startPosition.row + 1;
  const child = node.children.find((candidate) => candidate?.hasError || candidate?.isMissing);
  return child ? firstErrorLine(child) : node.startPosition.row + 1;
}
