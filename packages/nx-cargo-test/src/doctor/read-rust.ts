import { readCargoConfig } from '../cargo/cargo-config';
import { cargoHome } from '../cargo/toolchain';
import { parseCfgSet } from '../cargo/cfg-expression';
import { messageOf } from '../errors';
import type { AskProgram } from './ask-program';
import type { ProgramAnswer } from './program-answer';
import { startsAtAll, type RustFacts } from './rust-checks';
import { tryLink } from './try-link';

/**
 * Asks the Rust toolchain of a folder.
 *
 * @param folder Absolute path.
 */
export async function readRust(
  ask: AskProgram,
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<RustFacts> {
  const version = (file: string, ...args: string[]): Promise<ProgramAnswer> =>
    ask({ file, args: [...args, '--version'], folder });
  const rustc = environment['RUSTC'] ?? 'rustc';
  const [cargo, compiler, rustup, linker, rustfmt, clippy, miri, llvmCov] = await Promise.all([
    version('cargo'),
    version(rustc),
    version('rustup'),
    readLinker(ask, rustc, folder, environment),
    version('cargo', 'fmt'),
    version('cargo', 'clippy'),
    version('cargo', 'miri'),
    version('cargo', 'llvm-cov'),
  ]);
  const mayLink = [cargo, compiler].every(({ type }) => type === 'answered');
  const trial = mayLink && startsAtAll(linker) ? { trial: await tryLink(ask, folder) } : {};
  return {
    ...{ folder, cargo, rustc: compiler, rustup, linker: { ...linker, ...trial } },
    ...{ rustfmt, clippy, miri, llvmCov },
  };
}

async function readLinker(
  ask: AskProgram,
  rustc: string,
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<RustFacts['linker']> {
  const [host, cfg] = await Promise.all([
    ask({ file: rustc, args: ['-vV'], folder }),
    ask({ file: rustc, args: ['--print', 'cfg'], folder }),
  ]);
  const triple = host.type === 'answered' ? (/^host: (\S+)$/m.exec(host.stdout)?.[1] ?? '') : '';
  let configured: string | undefined;
  let trouble: string | undefined;
  try {
    const config = readCargoConfig(folder, cargoHome(environment, folder), environment);
    const [target = triple] = config.targets;
    const text = cfg.type === 'answered' ? cfg.stdout : '';
    configured = config.linker(target, parseCfgSet(text));
  } catch (error) {
    trouble = messageOf(error);
  }
  const program = configured ?? 'cc';
  const answer = await ask({ file: program, args: ['--version'], folder });
  return {
    program,
    isConfigured: configured !== undefined,
    ...(trouble === undefined ? {} : { trouble }),
    answer,
  };
}
