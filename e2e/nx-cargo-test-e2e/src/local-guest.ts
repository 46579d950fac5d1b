import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const TRANSCRIPTS = resolve(__dirname, '../../../packages/nx-cargo-test/src/lima/transcripts');

/** Name of the instance that the transcripts are of. */
export const INSTANCE = 'nx-cargo-test';

/**
 * A guest that is a shell on this machine with a home of its own, and a `limactl`
 * that leads there. What it says of the instance, a real one said.
 */
export class LocalGuest {
  readonly #folder = mkdtempSync(join(tmpdir(), 'nx-cargo-test-guest-'));
  readonly home = join(this.#folder, 'home');

  constructor() {
    mkdirSync(this.home);
    this.setLogin({});
    this.setRunning(true);
    const file = join(this.#folder, 'limactl');
    writeFileSync(file, this.#limactl());
    chmodSync(file, 0o755);
  }

  /** The environment by which commands find it. */
  get environment(): Record<string, string> {
    return {
      PATH: `${this.#folder}:${process.env['PATH'] ?? ''}`,
      XDG_CACHE_HOME: join(this.#folder, 'cache'),
    };
  }

  /** Adds variables to what a login in the guest finds. */
  setLogin(variables: Readonly<Record<string, string>>): void {
    const home = process.env['HOME'] ?? '';
    const login = {
      HOME: this.home,
      PATH: process.env['PATH'] ?? '',
      RUSTUP_HOME: process.env['RUSTUP_HOME'] ?? `${home}/.rustup`,
      CARGO_HOME: process.env['CARGO_HOME'] ?? `${home}/.cargo`,
      ...variables,
    };
    const words = Object.entries(login).map(([name, value]) => `'${name}=${value}'`);
    writeFileSync(join(this.#folder, 'login'), `exec env -i ${words.join(' ')} "$@"\n`);
  }

  /** Lets the instance run, or be stopped. */
  setRunning(isRunning: boolean): void {
    const name = isRunning ? 'list-one-running' : 'list-stopped';
    const { stdout } = JSON.parse(readFileSync(join(TRANSCRIPTS, `${name}.json`), 'utf8')) as {
      stdout: string;
    };
    writeFileSync(join(this.#folder, 'list'), stdout);
    const { status } = JSON.parse(stdout) as { status: string };
    writeFileSync(join(this.#folder, 'status'), `${status}\n`);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #limactl(): string {
    return `#!/bin/sh
cd '${this.#folder}' || exit 1
case $1 in
  list)
    case $* in
      *.Status*) cat status ;;
      *--format*) echo ${INSTANCE} ;;
      *) cat list ;;
    esac ;;
  shell)
    [ "$(cat status)" = Running ] || exit 1
    login=$PWD/login
    cd "$3" || exit 1
    shift 4
    . "$login" ;;
  copy) exec cp -- "\${2#${INSTANCE}:}" "\${3#${INSTANCE}:}" ;;
  *) exit 1 ;;
esac
`;
  }
}
