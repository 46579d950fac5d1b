import { hostname } from 'node:os';
import { repository } from '../setup.mjs';
import { limaFolder } from './set-up.mjs';

/**
 * The JSON text of a transcript with nothing of this machine in it: paths, names,
 * ports, process ids and times become the same on every machine.
 *
 * @throws if it still names a folder, user or host of this machine.
 */
export function makePortable(text, lima) {
  const portable = [
    [lima.home, '/home/user/.lima'],
    [new RegExp(`${escaped(limaFolder)}/image-[^/"]+`, 'g'), '/home/user/image'],
    [new RegExp(`${escaped(limaFolder)}/lima-[^/"]+`, 'g'), '/usr/local'],
    [limaFolder, '/home/user/lima'],
    [lima.user.home, '/home/user'],
    [new RegExp(`\\b${escaped(lima.user.name)}\\b`, 'g'), 'user'],
    [/(time=\\")[^"\\]+/g, '$12025-01-01T00:00:00Z'],
    [/(\\"sshLocalPort\\":)[1-9]\d*/g, '$160022'],
    [/(\\"hostAgentPID\\":)[1-9]\d*/g, '$11001'],
    [/(\\"driverPID\\":)[1-9]\d*/g, '$11002'],
    [/(127\.0\.0\.1:|SSH Local Port: |127\.0\.0\.1 port )[1-9]\d{3,}/g, '$160022'],
    [/(host agent process |driver process |process )[1-9]\d*/gi, '$11001'],
    [/(ssh\.sock\.)\w+/g, '$1example'],
  ].reduce((result, [from, to]) => result.replaceAll(from, to), text);
  const telltales = [limaFolder, repository, lima.user.name, ...longHostName()];
  const found = telltales.find((word) => portable.includes(word));
  if (found === undefined) return portable;
  throw new Error(`a transcript still says ${found}: ${portable}`);
}

/** A host name of few letters stands in ordinary words. */
function longHostName() {
  return hostname().length > 5 ? [hostname()] : [];
}

function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
