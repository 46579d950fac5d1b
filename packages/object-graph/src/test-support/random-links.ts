import fc from 'fast-check';
import { createHash } from 'node:crypto';
import * as elf from '../elf/constants';
import { readExecutable } from '../executable';
import type { KeyedLink } from '../link-changes';
import type { FileTable } from '../object-table';
import { FileReader } from '../read-file';
import { sourceOf } from '../byte-source';
import { buildArchive } from './build-archive';
import { buildExecutable, buildObject } from './build-object';
import type { SectionPlan, SymbolPlan } from './build-object';
import { CODE } from './small-links';

/** A function of a small link: what it holds, and what it refers to. */
interface SmallFunction {
  readonly name: string;
  readonly text: number;
  readonly isWeak: boolean;
  /** Global names. */
  readonly calls: readonly string[];
  /** Contents of constants, and numbers of statics of the object. */
  readonly constants: readonly number[];
  readonly statics: readonly number[];
}

interface SmallObject {
  readonly functions: readonly SmallFunction[];
  /** Initial values of statics. */
  readonly statics: readonly number[];
  /** Tests, each with the function that it starts at. */
  readonly tests: readonly (readonly [name: string, target: string])[];
}

/** Objects on the command line, and members of an archive. */
export interface SmallLink {
  readonly objects: readonly SmallObject[];
  readonly members: readonly SmallObject[];
}

const NAMES = Array.from({ length: 9 }, (_, index) => `f${index}`);
const callable = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 1, arbitrary: fc.constantFrom('outside', 'getenv', 'memcpy') },
);
const aFunction: fc.Arbitrary<SmallFunction> = fc.record({
  name: fc.constantFrom(...NAMES),
  text: fc.nat({ max: 2 }),
  isWeak: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
  calls: fc.array(callable, { maxLength: 3 }),
  constants: fc.array(fc.nat({ max: 2 }), { maxLength: 2 }),
  statics: fc.array(fc.nat({ max: 1 }), { maxLength: 1 }),
});
const anObject: fc.Arbitrary<SmallObject> = fc.record({
  functions: fc.uniqueArray(aFunction, { maxLength: 5, selector: ({ name }) => name }),
  statics: fc.tuple(fc.nat({ max: 1 }), fc.nat({ max: 1 })),
  tests: fc.constant([]),
});

/** A link that defines all names, with three tests in its first object. */
export const smallLinks: fc.Arbitrary<SmallLink> = fc
  .record({
    objects: fc.array(anObject, { minLength: 3, maxLength: 4 }),
    members: fc.array(anObject, { minLength: 1, maxLength: 2 }),
    starts: fc.array(fc.constantFrom(...NAMES), { minLength: 3, maxLength: 3 }),
    rest: fc.array(aFunction, { minLength: NAMES.length, maxLength: NAMES.length }),
  })
  .map(({ objects, members, starts, rest }) => {
    const known = new Set(members.flatMap(namesOf));
    const all = objects.map((object, index) => {
      const functions = object.functions.filter(({ name, isWeak }) => {
        const isNew = isWeak || !known.has(name);
        known.add(name);
        return isNew;
      });
      const tests = index > 0 ? [] : starts.map((start, test) => [`t${test}`, start] as const);
      return { ...object, functions, tests };
    });
    NAMES.forEach((name, index) => {
      if (known.has(name)) return;
      const at = index % all.length;
      const added = { ...rest[index]!, name, isWeak: false };
      all[at] = { ...all[at]!, functions: [...all[at]!.functions, added] };
    });
    return { objects: all, members };
  });

const namesOf = ({ functions }: SmallObject): string[] => functions.map(({ name }) => name);

/** Makes another link of one. */
export type Edit = (link: SmallLink) => SmallLink;

/** Edits of what functions hold and refer to, and of what there is. */
export const edits: fc.Arbitrary<Edit> = fc
  .record({
    kind: fc.constantFrom(
      ...['text', 'text', 'call', 'call', 'uncall', 'constant', 'static', 'move', 'new', 'drop'],
      ...['test', 'start', 'weak', 'swap', 'member'],
    ),
    at: fc.nat({ max: 5 }),
    which: fc.nat({ max: 8 }),
    made: aFunction,
    name: callable,
  })
  .map(({ kind, at, which, made, name }) => (link) => {
    const isMember = kind === 'member';
    const list = isMember ? link.members : link.objects;
    const index = at % list.length;
    const object = list[index]!;
    const put = (changed: SmallObject, others = list): SmallLink => {
      const next = others.map((each, position) => (position === index ? changed : each));
      return isMember ? { ...link, members: next } : { ...link, objects: next };
    };
    const own = object.functions[which % Math.max(1, object.functions.length)];
    const replace = (next: readonly SmallFunction[]): SmallLink =>
      put({
        ...object,
        functions: object.functions.flatMap((each) => (each === own ? next : [each])),
      });
    if (kind === 'test')
      return put({ ...object, tests: [...object.tests, [`t${which}`, made.name]] });
    if (kind === 'start')
      return put({ ...object, tests: object.tests.map(([test]) => [test, made.name] as const) });
    if (kind === 'static')
      return put({ ...object, statics: [made.text, ...object.statics.slice(1)] });
    if (kind === 'new') {
      const added = { ...made, name: `n${which}` };
      if (object.functions.some((each) => each.name === added.name)) return link;
      const caller = object.functions
        .slice(0, 1)
        .map((each) => ({ ...each, calls: [...each.calls, added.name] }));
      return put({ ...object, functions: [...caller, ...object.functions.slice(1), added] });
    }
    if (kind === 'swap') return put({ ...object, functions: [...object.functions].reverse() });
    if (own === undefined) return link;
    if (kind === 'text' || isMember)
      return replace([{ ...own, text: made.text + 3 * (which % 2) }]);
    if (kind === 'call') return replace([{ ...own, calls: [...own.calls, name] }]);
    if (kind === 'uncall') return replace([{ ...own, calls: own.calls.slice(1) }]);
    if (kind === 'constant') return replace([{ ...own, constants: made.constants }]);
    if (kind === 'weak') return replace([{ ...own, isWeak: !own.isWeak }]);
    if (kind === 'drop') return replace([]);
    const target = (index + 1) % list.length;
    const other = list[target]!;
    if (list.length < 2 || namesOf(other).includes(own.name)) return link;
    return put(
      { ...object, functions: object.functions.filter((each) => each !== own) },
      list.map((each, position) =>
        position === target ? { ...other, functions: [...other.functions, own] } : each,
      ),
    );
  });

const executable = readExecutable(buildExecutable(['outside', 'getenv', 'memcpy']));
const reader = new FileReader();

/** A link as its files would be read, and the names of its tests. */
export function keyedLink(
  { objects, members }: SmallLink,
  tables: Map<string, FileTable>,
): { link: KeyedLink; tests: string[] } {
  const archive = buildArchive(
    members.map((object, index) => ({
      name: `m${index}-${objects.length + object.functions.length}.o`,
      bytes: objectBytes(object),
    })),
    members.flatMap((object, index) => namesOf(object).map((name) => [name, index] as const)),
  );
  const files = [...objects.map(objectBytes), archive].map((bytes, index) => {
    const key = createHash('sha256').update(bytes).digest('hex');
    const name = `file${index}`;
    const table = (): FileTable => {
      const known = tables.get(key) ?? reader.table(name, sourceOf(bytes));
      tables.set(key, known);
      return known;
    };
    return { key, name, optimized: false, isStandard: false, isWorkspace: true, table };
  });
  const tests = new Set(objects.flatMap((object) => object.tests.map(([test]) => test)));
  return { link: { files, executable, takesMore: false }, tests: [...tests] };
}

function objectBytes({ functions, statics, tests }: SmallObject): Buffer {
  const sections: SectionPlan[] = [];
  const locals: SymbolPlan[] = [];
  const local = (
    name: string,
    flags: number,
    content: Uint8Array,
    more: Partial<SectionPlan> = {},
  ): number => {
    sections.push({ name, flags, content, ...more });
    return locals.push({ name: '', section: sections.length, binding: elf.STB_LOCAL });
  };
  const constants = new Map<number, number>();
  const constant = (content: number): number => {
    const known = constants.get(content);
    if (known !== undefined) return known;
    const made = local(`.rodata.c${content}`, elf.SHF_ALLOC, Buffer.from(`constant ${content}`));
    constants.set(content, made);
    return made;
  };
  const data = elf.SHF_ALLOC | elf.SHF_WRITE;
  const places = statics.map((value, index) =>
    local(`.data.s${index}`, data, Buffer.alloc(8, value)),
  );
  const texts = tests.map(([test]) => local(`.rodata.n${test}`, elf.SHF_ALLOC, Buffer.from(test)));
  for (const { constants: own } of functions) own.forEach(constant);
  const globals: SymbolPlan[] = [];
  const global = (name: string): number => {
    const known = globals.findIndex((symbol) => symbol.name === name);
    return locals.length + 1 + (known >= 0 ? known : globals.push({ name }) - 1);
  };
  for (const { name, isWeak } of functions)
    globals.push({
      name,
      section: sections.length + globals.length + 1,
      binding: isWeak ? elf.STB_WEAK : elf.STB_GLOBAL,
    });
  for (const { name, text, calls, constants: own, statics: written } of functions) {
    const symbols = [
      ...calls.map(global),
      ...own.map(constant),
      ...written.map((at) => places[at]!),
    ];
    sections.push({
      name: `.text.${name}`,
      flags: CODE,
      content: Buffer.alloc(8 + symbols.length * 8, text + 1),
      relocations: symbols.map((symbol, index) => ({ offset: 8 + index * 8, symbol })),
    });
  }
  tests.forEach(([test, target], index) => {
    const content = Buffer.alloc(152);
    content.writeBigUInt64LE(0x8000_0000_0000_0001n, 24);
    content.writeUInt32LE(test.length, 40);
    sections.push({
      name: `.data.rel.ro.${test}`,
      flags: data,
      content,
      relocations: [
        { offset: 32, type: 1, symbol: texts[index]! },
        { offset: 136, type: 1, symbol: global(target) },
      ],
    });
  });
  return buildObject({ sections, symbols: [...locals, ...globals] });
}
