import { printBuildEnvironment } from '../build/build-environment';
import { shellWord } from '../shell-word';

/**
 * A command for Nx's `runtime` inputs that prints what a build in a guest depends on
 * besides sources: versions of its tools, and the environment and cargo's
 * configuration of a login. What a guest that runs says is kept, and stands for the
 * guest while it is stopped, so that what Nx has cached needs no running guest.
 *
 * A guest that runs and does not tell, or was never seen, is hashed with the time:
 * nothing that was kept answers for it.
 *
 * @param name Name of the instance, in which a shell finds nothing special.
 * @param declared The option `buildEnvironment`.
 */
export function guestToolchainCommand(name: string, declared: readonly string[]): string {
  const ask = `limactl shell --workdir / ${name} sh -c ${shellWord(describeTools(declared))}`;
  const isRunning = `[ "$(limactl list --format '{{.Status}}' ${name} 2>/dev/null)" = Running ]`;
  const keep = `mkdir -p "$d" && printf '%s\\n' "$t" >"$f.$$" && mv -f "$f.$$" "$f"`;
  const silent = "echo 'the guest does not tell its tools'; date";
  const running = `if t=$(${ask} </dev/null 2>/dev/null) && [ -n "$t" ]; then { ${keep}; } 2>/dev/null; printf '%s\\n' "$t"; else ${silent}; fi`;
  const stopped = `cat "$f" 2>/dev/null || { echo 'the guest was never seen'; date; }`;
  return [
    'd="${XDG_CACHE_HOME:-$HOME/.cache}/nx-cargo-test/lima-tools"',
    `f="$d/${name}"`,
    `if ${isRunning}; then ${running}; else ${stopped}; fi`,
  ].join('; ');
}

/** All toolchains of rustup, because which one is taken depends on sources that may not be there yet. */
function describeTools(declared: readonly string[]): string {
  return [
    'h=${CARGO_HOME:-$HOME/.cargo}',
    'PATH=$PATH:$h/bin',
    'cd /',
    'for r in "${RUSTUP_HOME:-$HOME/.rustup}"/toolchains/*/bin/rustc; do [ ! -x "$r" ] || "$r" -vV; done',
    'for r in "${RUSTUP_HOME:-$HOME/.rustup}"/toolchains/*/bin/clippy-driver; do [ ! -x "$r" ] || "$r" -V; done',
    'rustc -vV 2>&1',
    'cargo -V 2>&1',
    'clippy-driver -V 2>&1',
    '${CC:-cc} --version 2>&1 | head -n 2',
    'ld --version 2>&1 | head -n 1',
    'for f in "$h/config.toml" "$h/config"; do [ ! -f "$f" ] || cat "$f"; done',
    printBuildEnvironment(declared),
    'true',
  ].join('; ');
}
