/** Makes sure that a success of a command is one for the very sources that Nx hashed. */
export interface SuccessCheck {
  /** Arguments by which cargo, or the tool, tells what it reads. */
  readonly arguments: { readonly forCargo: readonly string[]; readonly forTool: readonly string[] };
  /** The part of the standard output that is for the user. */
  shown(stdout: string): string;
  /**
   * Looks at a run that succeeded.
   *
   * @param started When it was started, in milliseconds since the epoch.
   * @returns whether cargo has to run again, because it took something for up to date that is not.
   * @throws {CargoTestError} `UNCOVERED_INPUT`, `SOURCES_CHANGED` if the success must not be kept.
   */
  mustRunAgain(stdout: string, started: number): Promise<boolean>;
}
