import type { GuestShell } from './guest-shell';

/** A guest with one shell for all that a command does there; another one is opened if that was lost. */
export interface GuestSession {
  /**
   * The shell, opened when it is asked for.
   *
   * @throws {CargoTestError} `GUEST_UNUSABLE` with what mends it.
   */
  shell(): Promise<GuestShell>;
  /** The shell if one was opened; it may be lost by now. */
  current(): GuestShell | undefined;
  /** A number that no process of the session has had. */
  nextProcess(): number;
  /** Ends the shell, and with it all that it started. */
  close(): Promise<void>;
}

/** @param open Opens a shell in the guest. */
export function guestSession(open: () => Promise<GuestShell>): GuestSession {
  let opening: Promise<GuestShell> | undefined;
  let opened: GuestShell | undefined;
  let processes = 0;
  return {
    async shell() {
      if (opened !== undefined && !opened.isOpen()) opening = opened = undefined;
      opening ??= open();
      try {
        return (opened = await opening);
      } catch (error) {
        // The next one who asks may find the guest mended.
        opening = undefined;
        throw error;
      }
    },
    current: () => opened,
    nextProcess: () => processes++,
    async close() {
      const open = await opening?.catch(() => undefined);
      opening = opened = undefined;
      await open?.close();
    },
  };
}
