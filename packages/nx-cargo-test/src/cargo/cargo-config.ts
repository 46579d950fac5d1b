import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'smol-toml';
import { CargoTestError } from '../errors';
import { evaluateCfg, type CfgSet } from './cfg-expression';

type Table = Readonly<Record<string, unknown>>;

/** A configuration file that cargo reads, with its content. */
interface ConfigFile {
  readonly file: string;
  readonly content: Table;
}

/** The part of cargo's configuration that decides how tests are linked and run. */
export interface CargoConfig {
  /** Files read, the one that wins first. */
  readonly files: readonly string[];
  /** Absolute path of `build.target-dir`, if a file sets it. */
  readonly targetFolder?: string;
  /** `build.target`; empty when tests are built for the host. */
  readonly targets: readonly string[];
  /** Names in the `[env]` table, sorted. */
  readonly environmentNames: readonly string[];
  /** The linker configured for a target, by path or by name. */
  linker(triple: string, cfg: CfgSet): string | undefined;
  /** The runner configured for a target, with its arguments; empty without one. */
  runner(triple: string, cfg: CfgSet): readonly string[];
}

/**
 * Reads cargo's configuration as cargo does when it is started in `folder`:
 * `.cargo/config` and `.cargo/config.toml` from there upwards, then the one in
 * cargo's home. The file nearest to `folder` wins, and the environment wins over all.
 *
 * @param folder Absolute path of the folder in which cargo is started.
 * @param cargoHome Absolute path of cargo's home.
 * @throws {CargoTestError} `INVALID_FILE` naming a file that is not TOML.
 */
export function readCargoConfig(
  folder: string,
  cargoHome: string,
  environment: Readonly<Record<string, string | undefined>>,
  readFile: (file: string) => string | undefined = readTextIfPresent,
): CargoConfig {
  const files = configFiles(folder, cargoHome, readFile);
  const lookup = (keys: readonly string[]): { value: unknown; file: string } | undefined => {
    for (const { file, content } of files) {
      const value = keys.reduce<unknown>(
        (table, key) => (isTable(table) ? table[key] : undefined),
        content,
      );
      if (value !== undefined) return { value, file };
    }
    return undefined;
  };
  const targetSetting = (triple: string, key: string, cfg: CfgSet): Setting | undefined => {
    const variable = environment[`CARGO_TARGET_${variableName(triple)}_${key.toUpperCase()}`];
    if (variable !== undefined && variable !== '') return { value: variable, base: folder };
    const exact = lookup(['target', triple, key]);
    if (exact !== undefined) return { value: exact.value, base: configBase(exact.file) };
    for (const { file, content } of files) {
      const tables = isTable(content['target']) ? content['target'] : {};
      for (const [name, table] of Object.entries(tables)) {
        if (!name.startsWith('cfg(') || !isTable(table) || table[key] === undefined) continue;
        if (evaluateCfg(name, cfg)) return { value: table[key], base: configBase(file) };
      }
    }
    return undefined;
  };
  const environmentTables = files.map(({ content }) => content['env']).filter(isTable);
  const targetDirectory = lookup(['build', 'target-dir']);
  return {
    ...(typeof targetDirectory?.value === 'string'
      ? { targetFolder: resolve(configBase(targetDirectory.file), targetDirectory.value) }
      : {}),
    files: files.map(({ file }) => file),
    targets: buildTargets(environment['CARGO_BUILD_TARGET'] ?? lookup(['build', 'target'])?.value),
    environmentNames: [...new Set(environmentTables.flatMap((table) => Object.keys(table)))].sort(),
    linker: (triple, cfg) => {
      const setting = targetSetting(triple, 'linker', cfg);
      return setting === undefined ? undefined : commandOf(setting, false)[0];
    },
    runner: (triple, cfg) => {
      const setting = targetSetting(triple, 'runner', cfg);
      return setting === undefined ? [] : commandOf(setting, true);
    },
  };
}

/** A triple as it stands in the name of an environment variable: `X86_64_UNKNOWN_LINUX_GNU`. */
export function variableName(triple: string): string {
  return triple.toUpperCase().replaceAll(/[-.]/g, '_');
}

interface Setting {
  readonly value: unknown;
  /** Folder to which a relative path in it refers. */
  readonly base: string;
}

/** Absolute paths at which cargo looks for its configuration, the one that wins first. */
export function cargoConfigFiles(folder: string, cargoHome: string): string[] {
  return configFolders(folder, cargoHome).flatMap((each) =>
    CONFIG_NAMES.map((name) => join(each, name)),
  );
}

/** cargo takes the name without extension when both exist. */
const CONFIG_NAMES = ['config', 'config.toml'];

function configFolders(folder: string, cargoHome: string): string[] {
  const folders: string[] = [];
  for (let current = resolve(folder); ; current = dirname(current)) {
    folders.push(join(current, '.cargo'));
    if (dirname(current) === current) break;
  }
  if (!folders.includes(resolve(cargoHome))) folders.push(resolve(cargoHome));
  return folders;
}

function configFiles(
  folder: string,
  cargoHome: string,
  readFile: (file: string) => string | undefined,
): ConfigFile[] {
  const result: ConfigFile[] = [];
  for (const candidate of configFolders(folder, cargoHome)) {
    for (const name of CONFIG_NAMES) {
      const file = join(candidate, name);
      const text = readFile(file);
      if (text === undefined) continue;
      result.push({ file, content: parseToml(text, file) });
      break;
    }
  }
  return result;
}

function parseToml(text: string, file: string): Table {
  try {
    return parse(text);
  } catch (cause) {
    throw new CargoTestError('INVALID_FILE', `${file} is not TOML`, { cause });
  }
}

/** A program with a separator in it refers to the folder that holds `.cargo`; a bare name to the `PATH`. */
function commandOf({ value, base }: Setting, split: boolean): string[] {
  const parts = Array.isArray(value)
    ? value.map(String)
    : split
      ? String(value).split(/\s+/).filter(Boolean)
      : [String(value)];
  const [program, ...rest] = parts;
  if (program === undefined) return [];
  return [program.includes('/') ? resolve(base, program) : program, ...rest];
}

function configBase(file: string): string {
  return dirname(dirname(file));
}

function buildTargets(value: unknown): string[] {
  if (value === undefined || value === '') return [];
  return (Array.isArray(value) ? value : [value]).filter((target) => typeof target === 'string');
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readTextIfPresent(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return undefined;
    throw error;
  }
}
