import { messageOf } from '#contracts/errors.js';
import {
  type ArrivingFile,
  type HashedFile,
  listArriving,
  noteArriving,
  quarantineArriving,
  settleFiles,
  type UnreadableFile,
} from '#database/ledger/settle.js';
import { recordSightings, type Sighting } from '#database/ledger/sightings.js';
import type { Pool } from '#database/pool.js';
import type { Logger } from '#process/log.js';
import type { Disk } from './disk.js';
import type { Hashed } from './hash.js';
import type { Leadership } from './leadership.js';

export interface SettlerDeps {
  readonly pool: Pool;
  readonly disk: Disk;
  readonly clock: Pick<Leadership, 'tick' | 'stillSince'>;
  /** For how many milliseconds size and mtime must stand still. */
  readonly settleMs: number;
  readonly log: Logger;
}

/** Brings arriving files to rest: what stood still long enough is hashed and settles. */
export interface Settler {
  /**
   * One pass over a source's arriving files: what moved is noted, what stood still settles, what is gone or cannot be
   * read is quarantined with the reason.
   * @returns whether more may be waiting to be hashed
   */
  pass(source: string): Promise<boolean>;
}

/** Files hashed and written together: a few tens of milliseconds of hashing for small ones. */
const chunkSize = 500;
/** Files looked at in one pass, after which other sources and the dispatcher have their turn. */
const passSize = 2_000;
/**
 * Bytes from which on a file is hashed beside the passes, so that a huge one delays no other; and how many are hashed
 * at a time.
 */
const largeBytes = 64n << 20n;
const largeAtOnce = 2;

/** Keeps in mind how far it has come in each source; a new one begins again from the front, which costs little. */
export function createSettler(deps: SettlerDeps): Settler {
  const reached = new Map<string, string>();
  const large = new Map<bigint, Promise<void>>();

  const startLarge = (source: string, file: ArrivingFile): void => {
    const work = hashAll(deps, [file])
      .then((looked) => record(deps, source, looked))
      // It arrives still, so a later pass takes it up again.
      .catch((error: unknown) => deps.log.debug({ err: error }, `${file.path} was not hashed: ${messageOf(error)}`))
      .finally(() => large.delete(file.id));
    large.set(file.id, work);
  };
  return {
    async pass(source) {
      const after = reached.get(source) ?? '';
      const stillSince = deps.clock.stillSince(deps.settleMs);
      if (stillSince === undefined) return false;
      const listed = await listArriving(deps.pool, source, {
        stillSince,
        after,
        limit: passSize,
        except: [...large.keys()],
      });
      const full = listed.length === passSize;
      reached.set(source, (full ? listed.at(-1)?.path : undefined) ?? '');
      const unnoted = listed.filter((file) => !file.noted).map((file) => file.id);
      await noteArriving(deps.pool, unnoted, deps.clock.tick());
      const files = listed.filter((file) => file.noted);
      const small = files.filter((file) => file.size < largeBytes);
      for (const file of files) if (file.size >= largeBytes && large.size < largeAtOnce) startLarge(source, file);
      let looked: readonly Looked[] = [];
      for (let from = 0; from < small.length; from += chunkSize) {
        // The ledger is written while the next files are hashed.
        const chunk = small.slice(from, from + chunkSize);
        [looked] = await Promise.all([hashAll(deps, chunk), record(deps, source, looked)]);
      }
      await record(deps, source, looked);
      return small.length > 0 && (full || after !== '');
    },
  };
}

interface Looked {
  readonly file: ArrivingFile;
  readonly hashed: Hashed;
}

async function hashAll({ disk }: SettlerDeps, files: readonly ArrivingFile[]): Promise<Looked[]> {
  const hashes = await disk.hash(files);
  return files.flatMap((file, nth) => {
    const hashed = hashes[nth];
    return hashed ? [{ file, hashed }] : [];
  });
}

/** Writes what was found of some files into the ledger, a statement or two for each kind of finding. */
async function record({ pool, clock, log }: SettlerDeps, source: string, looked: readonly Looked[]): Promise<void> {
  const settled: HashedFile[] = [];
  const changed: Sighting[] = [];
  const unreadable: UnreadableFile[] = [];
  const failed: bigint[] = [];
  let failure = '';
  for (const { file, hashed } of looked) {
    const { id, path, size, mtimeNs } = file;
    switch (hashed.kind) {
      case 'hashed':
        settled.push({ id, size, mtimeNs, sha256: hashed.sha256 });
        break;
      case 'changed':
        changed.push({ ...hashed.file, source });
        break;
      case 'gone':
        unreadable.push({
          ...{ id, size, mtimeNs },
          code: 'gone',
          reason: `${path} was gone from the inbox before it stood still; put it back to have it loaded`,
        });
        break;
      case 'forbidden':
        unreadable.push({
          ...{ id, size, mtimeNs },
          code: 'unreadable',
          reason: `${path} may not be read by Millrace; allow it to and replay the file`,
        });
        break;
      case 'failed':
        failed.push(id);
        failure = hashed.message;
    }
  }
  await settleFiles(pool, settled);
  await recordSightings(pool, changed, clock.tick());
  await quarantineArriving(pool, unreadable);
  await noteArriving(pool, failed, clock.tick());
  if (failed.length > 0)
    log.warn(`${failed.length} files could not be read, the last: ${failure}; they are tried again`);
}
