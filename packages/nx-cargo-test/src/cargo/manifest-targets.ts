import { posix } from 'node:path';
import type { ManifestDisk } from './manifest-disk';
import type { CargoTarget } from './metadata';
import { asString, asStrings, asTable, asTables, either, type TomlTable } from './toml-table';

/** A package whose targets are looked for. */
export interface TargetSource {
  /** Content of its Cargo.toml. */
  readonly manifest: TomlTable;
  readonly packageName: string;
  /** Absolute path of its folder. */
  readonly folder: string;
  readonly edition: string;
}

/**
 * The targets that cargo makes of a package: those that Cargo.toml names, and those of
 * files in the usual places. What is left out or added there follows cargo
 * (`util/toml/targets.rs`), with its exceptions for edition 2015.
 */
export function manifestTargets(source: TargetSource, disk: ManifestDisk): readonly CargoTarget[] {
  const library = libraryTarget(source, disk);
  return [
    ...(library === undefined ? [] : [library]),
    ...listedTargets(source, 'bin', inferredBins(source, disk), disk, library !== undefined),
    ...(['example', 'test', 'bench'] as const).flatMap((kind) => {
      const inferred = inferredIn(posix.join(source.folder, folders[kind]), disk);
      return listedTargets(source, kind, inferred, disk, library !== undefined);
    }),
    ...buildScript(source, disk),
  ];
}

type ListedKind = 'bin' | 'example' | 'test' | 'bench';

const folders = { bin: 'src/bin', example: 'examples', test: 'tests', bench: 'benches' } as const;

interface Inferred {
  readonly name: string;
  readonly sourceFile: string;
}

function libraryTarget(source: TargetSource, disk: ManifestDisk): CargoTarget | undefined {
  const { manifest, packageName, folder } = source;
  const table = asTable(manifest['lib']);
  const usual = posix.join(folder, 'src/lib.rs');
  const autolib = asTable(manifest['package'])?.['autolib'] !== false;
  if (table === undefined && !(autolib && disk.isFile(usual))) return undefined;
  const path = asString(table?.['path']);
  const types = asStrings(either(table, 'crate-type', 'crate_type'));
  const isMacro = either(table, 'proc-macro', 'proc_macro') === true;
  const kind = isMacro ? ['proc-macro'] : types.length > 0 ? types : ['lib'];
  const isLinkable = kind.some((each) => ['lib', 'rlib', 'proc-macro'].includes(each));
  return {
    name: asString(table?.['name']) ?? packageName.replaceAll('-', '_'),
    kind,
    sourceFile: path === undefined ? usual : posix.resolve(folder, path),
    test: table?.['test'] !== false,
    doctest: isLinkable && table?.['doctest'] !== false,
    requiredFeatures: [],
  };
}

function inferredBins({ packageName, folder }: TargetSource, disk: ManifestDisk): Inferred[] {
  const main = posix.join(folder, 'src/main.rs');
  return [
    ...(disk.isFile(main) ? [{ name: packageName, sourceFile: main }] : []),
    ...inferredIn(posix.join(folder, folders.bin), disk),
  ];
}

function inferredIn(folder: string, disk: ManifestDisk): Inferred[] {
  return disk.names(folder).flatMap((name) => {
    const path = posix.join(folder, name);
    if (name.endsWith('.rs') && disk.isFile(path)) {
      return [{ name: name.slice(0, -'.rs'.length), sourceFile: path }];
    }
    const main = posix.join(path, 'main.rs');
    return disk.isFile(main) ? [{ name, sourceFile: main }] : [];
  });
}

function listedTargets(
  source: TargetSource,
  kind: ListedKind,
  inferred: readonly Inferred[],
  disk: ManifestDisk,
  hasLibrary: boolean,
): readonly CargoTarget[] {
  const { manifest, edition } = source;
  const tables = asTables(manifest[kind]);
  const listed = tables.flatMap((table) => {
    const name = asString(table['name']);
    return name === undefined ? [] : [{ table, ...locate(name, table) }];
  });
  const auto = asTable(manifest['package'])?.[`auto${kind === 'bench' ? 'benches' : `${kind}s`}`];
  const isAuto = auto === undefined ? edition !== '2015' || tables.length === 0 : auto !== false;
  const others = inferred.filter(
    ({ name, sourceFile }) =>
      !listed.some((each) => each.name === name || each.sourceFile === sourceFile),
  );
  const found = [...listed, ...(isAuto ? others.map((each) => ({ table: {}, ...each })) : [])];
  return found.map(({ table, name, sourceFile }: { table: TomlTable } & Inferred) => ({
    name,
    kind: [kind],
    sourceFile,
    test: (table['test'] ?? (kind === 'bin' || kind === 'test')) === true,
    doctest: false,
    requiredFeatures: asStrings(either(table, 'required-features', 'required_features')),
  }));

  function locate(name: string, table: TomlTable): Inferred {
    const path = asString(table['path']);
    if (path !== undefined) return { name, sourceFile: posix.resolve(source.folder, path) };
    const [first] = inferred.filter((each) => each.name === name);
    const sourceFile =
      first?.sourceFile ??
      (edition === '2015' ? oldPlace(kind, name, source, disk, hasLibrary) : undefined) ??
      posix.join(source.folder, folders[kind], `${name}.rs`);
    return { name, sourceFile };
  }
}

/** Where edition 2015 looks for a target that Cargo.toml names without its path. */
function oldPlace(
  kind: ListedKind,
  name: string,
  { folder }: TargetSource,
  disk: ManifestDisk,
  hasLibrary: boolean,
): string | undefined {
  const places =
    kind === 'bin'
      ? [...(hasLibrary ? [] : [`src/${name}.rs`]), 'src/main.rs', 'src/bin/main.rs']
      : kind === 'bench' && name === 'bench'
        ? ['src/bench.rs']
        : [];
  return places.map((place) => posix.join(folder, place)).find((file) => disk.isFile(file));
}

function buildScript({ manifest, folder }: TargetSource, disk: ManifestDisk): CargoTarget[] {
  const build = asTable(manifest['package'])?.['build'];
  const usual = posix.join(folder, 'build.rs');
  const file =
    typeof build === 'string'
      ? posix.resolve(folder, build)
      : build === true || (build === undefined && disk.isFile(usual))
        ? usual
        : undefined;
  if (file === undefined) return [];
  return [
    {
      name: `build-script-${posix.basename(file, posix.extname(file))}`,
      kind: ['custom-build'],
      sourceFile: file,
      test: false,
      doctest: false,
      requiredFeatures: [],
    },
  ];
}
