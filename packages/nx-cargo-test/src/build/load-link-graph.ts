import { join } from 'node:path';
import { ObjectGraphError, openGraph } from '@nx-cargo-test/object-graph';
import type { LinkGraph } from '@nx-cargo-test/object-graph';
import { CargoTestError } from '../errors';
import { linkOfPayload } from '../fingerprint/link-payload';
import { openTableCache } from '../fingerprint/table-cache';
import type { LinkRecord } from './link-records';

/**
 * Makes the graph of a recorded link.
 *
 * @param buildFolder Absolute path of the folder that the record lies below.
 * @throws {CargoTestError} `NO_CAPTURED_LINK` when what the record refers to is not there, or cannot be followed.
 */
export function loadLinkGraph(record: LinkRecord, buildFolder: string): LinkGraph {
  const link = linkOfPayload(record.link, openTableCache(join(buildFolder, 'tables'), []));
  if (link === undefined) {
    throw new CargoTestError(
      'NO_CAPTURED_LINK',
      `the objects of ${record.binary.name} are not kept below ${buildFolder} any more`,
    );
  }
  try {
    return openGraph(link, record.tests);
  } catch (error) {
    if (error instanceof ObjectGraphError)
      throw new CargoTestError('NO_CAPTURED_LINK', error.message, { cause: error });
    throw error;
  }
}
