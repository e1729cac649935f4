import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { messageOf } from '#contracts/errors.js';

/** A file of a table or an index in a database's folder: a segment of one of its forks. */
export interface RelationFile {
  readonly path: string;
  /** Object id of the database. */
  readonly database: string;
  /** The relation's file node; all of its forks and segments have it. */
  readonly node: string;
}

/**
 * `<node>`, `<node>_fsm`, `<node>.1`, …: main fork, free space map, visibility map, initialization fork, each in
 * segments. Temporary relations (`t<backend>_<node>`) PostgreSQL removes by itself. Source: PostgreSQL manual,
 * "Database File Layout".
 */
const relationFile = /^(\d+)(_(fsm|vm|init))?(\.\d+)?$/;

/** Below it are the numbers of initdb's catalogues. Source: access/transam.h, FirstNormalObjectId. */
const firstOwnNode = 16_384;

/** Every file of a relation in the cluster, catalogues of initdb apart; no server may run there. */
export async function listRelationFiles(data: string): Promise<RelationFile[]> {
  const files: RelationFile[] = [];
  const base = join(data, 'base');
  for (const database of await readdir(base)) {
    if (!/^\d+$/.test(database)) continue;
    for (const name of await readdir(join(base, database))) {
      const node = relationFile.exec(name)?.[1];
      if (node === undefined || Number(node) < firstOwnNode) continue;
      files.push({ path: join(base, database, name), database, node });
    }
  }
  return files;
}

/**
 * Removes the files of tables that were being made when PostgreSQL crashed: its recovery forgets such a table, but not
 * its files, which nobody would ever remove.
 *
 * A file goes only when it was there before this server started and its node is in no row of its database's pg_class.
 * That is certain, whatever other sessions there are by now: what was committed before is in the catalogue, and
 * PostgreSQL never gives a new relation the node of a file that exists. Where the catalogue cannot be read nothing is
 * removed.
 * @param files from `listRelationFiles`, before the server was started
 * @param address of a database by its name, as the superuser
 * @throws when the server does not answer; what was found until then is removed
 */
export async function removeOrphans(
  files: readonly RelationFile[],
  address: (database: string) => string,
  log: (message: string) => void,
): Promise<void> {
  let bytes = 0;
  let removed = 0;
  for (const { oid, name } of await readableDatabases(address('postgres'))) {
    const candidates = files.filter((file) => file.database === oid);
    if (candidates.length === 0) continue;
    const known = await knownNodes(address(encodeURIComponent(name)));
    for (const { path, node } of candidates) {
      if (known.has(node)) continue;
      const size = (await stat(path).catch(() => undefined))?.size;
      // Recovery removed it itself.
      if (size === undefined) continue;
      try {
        await rm(path);
        removed += 1;
        bytes += size;
      } catch (error) {
        log(`${path} belongs to no table, and cannot be removed: ${messageOf(error)}`);
      }
    }
  }
  if (removed > 0) {
    log(`removed ${removed} files (${Math.ceil(bytes / 1e6)} MB) of tables that a crash of PostgreSQL left half made`);
  }
}

/** None while there are prepared transactions: their tables are in no catalogue yet, and not lost. */
async function readableDatabases(url: string): Promise<{ oid: string; name: string }[]> {
  return await ask(
    url,
    `SELECT oid::text, datname AS name FROM pg_database
     WHERE datallowconn AND datconnlimit <> -2 AND NOT EXISTS (SELECT FROM pg_prepared_xacts)`,
  );
}

/** The nodes of all relations of a database, those among them that pg_class itself does not say (mapped ones). */
async function knownNodes(url: string): Promise<Set<string>> {
  const rows = await ask<{ node: string }>(
    url,
    `SELECT pg_relation_filenode(oid)::text AS node FROM pg_class WHERE pg_relation_filenode(oid) IS NOT NULL`,
  );
  return new Set(rows.map(({ node }) => node));
}

async function ask<T extends Record<string, unknown>>(url: string, sql: string): Promise<T[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}
