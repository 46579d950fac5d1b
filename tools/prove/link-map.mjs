// Where each section of the linked objects lies in an executable, as the linker itself says.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The environment in which rustc's linker is to be started so that it writes
 * `<executable>.map` beside every executable.
 *
 * @param folder For the stand-in of the linker; it is called `cc` and passes all arguments on.
 */
export function linkMapEnvironment(folder, environment) {
  mkdirSync(folder, { recursive: true });
  const script = join(folder, 'cc');
  writeFileSync(script, STAND_IN.replace('REST', quoted(environment.PATH)));
  chmodSync(script, 0o755);
  return { ...environment, PATH: `${folder}:${environment.PATH}` };
}

/** Only rustc's links are changed: build scripts start `cc`, too, and may look at what it prints. */
const STAND_IN = `#!/bin/sh
output=
previous=
linked=
for argument; do
  [ "$previous" = -o ] && output=$argument
  case $argument in
    *.rcgu.o) linked=1 ;;
    -shared) linked=; break ;;
  esac
  previous=$argument
done
PATH=REST
[ -n "$linked" ] && exec cc "$@" "-Wl,-Map=$output.map" -Wl,--no-demangle
exec cc "$@"
`;

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * Reads a map that LLVM's linker wrote.
 *
 * @returns The input sections that have addresses, sorted by them: `{ start, end, object, section,
 *   symbols }`. `object` is a path, or `archive(member)`; `<internal>` for what the linker made.
 * @throws When the text is no such map.
 */
export function readLinkMap(text) {
  const lines = text.split('\n');
  if (!/^ *VMA +LMA +Size Align Out +In +Symbol$/.test(lines[0]))
    throw new Error(`not a map of LLVM's linker: ${lines[0]}`);
  const sections = [];
  let isLoaded = false;
  let symbols = [];
  for (const line of lines.slice(1)) {
    if (line === '') continue;
    const match = LINE.exec(line);
    if (match === null) throw new Error(`a line of another form in the map: ${line}`);
    const [, address, size, indentation, name] = match;
    const start = parseInt(address, 16);
    if (indentation.length === 0) {
      // What is not loaded lies at 0. Thread-local zeros take no room, so that addresses overlap.
      isLoaded = start !== 0 && name !== '.tbss';
      symbols = [];
    } else if (indentation.length === SYMBOL_INDENTATION) {
      symbols.push(name);
    } else {
      symbols = [];
      const place = /^(.*):\((.*)\)$/.exec(name);
      // Assignments of linker scripts and padding have no place.
      if (!isLoaded || place === null || parseInt(size, 16) === 0) continue;
      const [, object, section] = place;
      sections.push({ start, end: start + parseInt(size, 16), object, section, symbols });
    }
  }
  return sections.sort((a, b) => a.start - b.start);
}

/** Address, load address, size, alignment, then the name, indented by its kind. */
const LINE = /^ *([0-9a-f]+) +[0-9a-f]+ +([0-9a-f]+) +\d+ ( *)(.*)$/;
const SYMBOL_INDENTATION = 16;

/** A function that gives the index of the section that holds an address; -1 without one. */
export function sectionFinder(sections) {
  let last = 0;
  return (address) => {
    const known = sections[last];
    if (known !== undefined && address >= known.start && address < known.end) return last;
    let low = 0;
    let high = sections.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sections[middle].start <= address) low = middle + 1;
      else high = middle;
    }
    if (low === 0 || address >= sections[low - 1].end) return -1;
    return (last = low - 1);
  };
}
