import * as elf from './elf/constants';
import type { ElfObject } from './elf/elf-object';
import type { SymbolTable } from './elf/symbol-table';
import { ObjectGraphError } from './errors';

/**
 * Per section, the symbol that names it: of its first static, or else of its
 * first function; 0 for none. Assembler labels (`.L…`) and marks of where code
 * and data begin are not names.
 */
export function namingSymbols(file: ElfObject): Int32Array {
  const naming = new Int32Array(file.sectionCount);
  const { symbols } = file;
  if (symbols === undefined) return naming;
  for (let index = 1; index < symbols.count; index++) {
    const section = symbols.section(index);
    const type = symbols.type(index);
    if (section < 0 || type === elf.STT_SECTION) continue;
    const known = naming[section];
    if (known === undefined) {
      throw new ObjectGraphError(
        'MALFORMED_OBJECT',
        `${file.name}: symbol ${index} stands in section ${section} of ${file.sectionCount}`,
      );
    }
    const isBetter = known === 0 || (isStaticType(type) && !isStaticType(symbols.type(known)));
    if (
      isBetter &&
      !symbols.hasAssemblerName(index) &&
      !isMappingSymbol(file.machine, symbols, index)
    )
      naming[section] = index;
  }
  return naming;
}

/** Whether a symbol names a static of the program, whose address may be compared, and not a constant without a name. */
export function namesStatic(symbols: SymbolTable, symbol: number): boolean {
  return isStaticType(symbols.type(symbol)) && !isGivenByCompiler(symbols, symbol);
}

const NO_TYPE = 0;

/** `$x` and `$d`, alone or before a dot, at the beginnings of code and of data (AAELF64, "Mapping symbols"). */
function isMappingSymbol(machine: number, symbols: SymbolTable, symbol: number): boolean {
  return (
    machine === elf.EM_AARCH64 &&
    symbols.type(symbol) === NO_TYPE &&
    /^\$[dx](?:\.|$)/.test(symbols.name(symbol))
  );
}

function isStaticType(type: number): boolean {
  return type === elf.STT_OBJECT || type === elf.STT_TLS;
}

/**
 * Whether a symbol's name is one that the compiler gave to a constant without a
 * name, and which became visible as ThinLTO moved code that uses it. A static's own
 * name is a mangled one, even where the same suffix follows.
 */
export function isGivenByCompiler(symbols: SymbolTable, symbol: number): boolean {
  if (symbols.nameStartsWith(symbol, 'anon.')) return true;
  if (symbols.nameStartsWith(symbol, '_ZN') || symbols.nameStartsWith(symbol, '_R')) return false;
  return /\.llvm\.\d+$/.test(symbols.name(symbol));
}
