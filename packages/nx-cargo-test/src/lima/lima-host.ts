import type { TestHost } from '../run/test-host';
import { createGuestFiles } from './guest-files';
import { guestHost } from './guest-host';
import type { LimaGuest, LimaSettings } from './lima-guest';

/**
 * The guest of a Lima instance as a machine for tests. Binaries that were built here
 * are copied, unless a mount shows them there.
 */
export function limaHost(settings: LimaSettings, guest: LimaGuest): TestHost {
  const { sources, build, forwarded } = settings;
  return guestHost({
    session: guest.session,
    files: createGuestFiles({ ...guest.sync, sources, areBuiltThere: build === 'guest' }),
    describe: async () => `${await guest.describe()}, sources by ${sources}`,
    forwarded,
  });
}
