import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import type { BuildCapture, CaptureRequest } from '../build/build-host';
import { parseRunRecord, type RunRecord } from '../build/run-records';
import { linkArgumentsDigest } from '../cargo/link-arguments-digest';
import { composeLinkerShim } from '../cargo/linker-shim';
import { readCapture, type CaptureFiles, type CapturedLink } from '../cargo/read-capture';
import { shellWord } from '../shell-word';
import type { GuestObjects, WantedFile } from './guest-objects';
import { contentsInGuest, digestsInGuest, mustSucceed, perform } from './guest-script';
import { encoded, type GuestShell } from './guest-shell';

/**
 * Prepares for recording links and runs of a build in a guest. The records lie beside
 * cargo's target folder, where objects can be linked into them, and go with the shell.
 */
export async function openGuestCapture(
  shell: GuestShell,
  { cargo, linkers, searchPath }: CaptureRequest,
  objects: GuestObjects,
): Promise<BuildCapture> {
  const parent = join(cargo.targetFolder, 'nx-cargo-test');
  const shim = await composeLinkerShim(parent, linkers, (linker) =>
    findProgram(shell, linker, searchPath, parent),
  );
  const folder = join(parent, `capture-${randomUUID()}`);
  await shell.ask(`own ${folder}`);
  await mustSucceed(
    'preparing a build in the guest',
    shell,
    writeScripts(shim.folder, shim.scripts),
  );
  await perform(shell, removeAbandoned(parent));
  const links = join(folder, 'links');
  const runs = join(folder, 'runs');
  let places: ReadonlyMap<string, string> = new Map();
  return {
    shim,
    links,
    runs,
    async begin() {
      const script = `rm -rf ${shellWord(runs)} && mkdir -p ${[links, runs].map(shellWord).join(' ')}`;
      await mustSucceed('preparing a build in the guest', shell, script);
    },
    readRuns: () => readRuns(shell, runs),
    async readLinks() {
      const found = await readLinks(shell, links, objects, join(folder, 'objects'));
      places = found.places;
      return found.links;
    },
    locate: (file) => places.get(file) ?? nowhere(file),
    async dispose() {
      // A guest that is lost has nothing left to remove.
      if (shell.isOpen()) await shell.ask(`disown ${folder}`).catch(() => undefined);
    },
  };
}

/** A name that nothing here has, so that a file of this machine never stands for one of the guest. */
function nowhere(file: string): string {
  return join('/nowhere/in/the/guest', file);
}

async function findProgram(
  shell: GuestShell,
  name: string,
  searchPath: string,
  shimParent: string,
): Promise<string | undefined> {
  const folders = searchPath
    .split(':')
    .filter((each) => each.startsWith('/') && !each.startsWith(join(shimParent, 'shim-')));
  const candidates = folders.map((each) => shellWord(join(each, name))).join(' ');
  const script = `for file in ${candidates}; do if [ -f "$file" ] && [ -x "$file" ]; then printf %s "$file"; exit 0; fi; done; exit 1`;
  const { status, text } = await perform(shell, script);
  return status === 0 ? text : undefined;
}

/** Moved into place, because another build may already be calling them. */
function writeScripts(folder: string, scripts: ReadonlyMap<string, string>): string {
  const steps = [...scripts].map(([name, content]) => {
    const file = shellWord(join(folder, name));
    return `[ -x ${file} ] || { printf %s ${encoded(content)} | base64 -d >${file}.$$ && chmod 755 ${file}.$$ && mv -f ${file}.$$ ${file}; }`;
  });
  return [`mkdir -p ${shellWord(folder)}`, ...steps].join(' && ');
}

/** Records of builds that a guest had no time to clean up after, such as at the loss of its power. */
function removeAbandoned(parent: string): string {
  return `find ${shellWord(parent)} -maxdepth 1 -name 'capture-*' -mmin +1440 -exec rm -rf {} +`;
}

async function readRuns(shell: GuestShell, runs: string): Promise<RunRecord[]> {
  const contents = await contentsInGuest(shell, runs, "find . -type f -printf '%P\\n'");
  const records = new Set([...contents.keys()].map((file) => dirname(file)));
  return [...records].sort().map((name) => {
    const read = (file: string): string => contents.get(`${name}/${file}`) ?? '';
    return parseRunRecord({
      command: read('command'),
      environment: read('environment'),
      directory: read('directory'),
    });
  });
}

async function readLinks(
  shell: GuestShell,
  links: string,
  objects: GuestObjects,
  scratch: string,
): Promise<{
  readonly links: ReadonlyMap<string, CapturedLink>;
  readonly places: ReadonlyMap<string, string>;
}> {
  const texts = await contentsInGuest(shell, links, NAMES_OF_TEXTS);
  const left = captureFiles(shell, links, texts);
  const records = [...new Set([...texts.keys()].map((file) => dirname(file)))].sort();
  const read = new Map<string, CapturedLink>();
  for (const name of records) read.set(name, await readCapture(join(links, name), left));
  const wanted = [...read].flatMap(([name, link]) =>
    wantedFiles(link, join(links, name, 'output')),
  );
  const places = new Map(await objects.bring(shell, wanted, scratch));
  const digests = await digestsInGuest(
    shell,
    [...read].flatMap(([name, { output }]) => [join(links, name, 'output'), output]),
  );
  const result = new Map<string, CapturedLink>();
  for (const [name, link] of read) {
    const own = join(links, name, 'output');
    const sha256 = digests.get(own) ?? digests.get(link.output);
    if (sha256 === undefined) continue;
    const output = places.get(own) ?? places.get(link.output);
    if (output !== undefined) places.set(link.output, output);
    const inputs = link.inputs.map((input) => ({
      ...input,
      file: places.get(input.file) ?? nowhere(input.file),
    }));
    result.set(sha256, { ...link, inputs });
  }
  return { links: result, places };
}

/** Records that are not whole begin with a dot. */
const NAMES_OF_TEXTS =
  "find . -mindepth 2 -type f -not -path './.*' -not -path '*/inputs/*' -not -path '*/numbered/*' -not -name output -printf '%P\\n'";

/** All whose content is looked at once the objects of a link are followed. */
function wantedFiles(link: CapturedLink, output: string): WantedFile[] {
  const named = new Set<string>(link.sharedLibraries);
  // What is asked for first may be missing, and then the next one counts.
  linkArgumentsDigest(link, (path) => void named.add(path));
  return [
    ...[...link.inputs.map(({ file }) => file), output, link.output].map((file) => ({
      file,
      isCode: true,
    })),
    ...[...named].map((file) => ({ file, isCode: false })),
  ];
}

function captureFiles(
  shell: GuestShell,
  links: string,
  texts: ReadonlyMap<string, string>,
): CaptureFiles {
  const folders = new Map<string, Promise<ReadonlySet<string>>>();
  const list = async (folder: string): Promise<ReadonlySet<string>> => {
    const { text } = await perform(shell, `ls -1A -- ${shellWord(folder)} 2>/dev/null`);
    return new Set(text.split('\n'));
  };
  return {
    async readText(path) {
      const text = texts.get(path.slice(links.length + 1));
      if (text === undefined) throw new TypeError(`${path} is no part of a record`);
      return Promise.resolve(text);
    },
    async exists(path) {
      const folder = dirname(path);
      const names = folders.get(folder) ?? list(folder);
      folders.set(folder, names);
      return (await names).has(basename(path));
    },
  };
}
