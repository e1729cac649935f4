import { dirname, join } from 'node:path/posix';

/** A folder with one concern, and the rooms below it that it may import from. */
export interface Room {
  readonly folder: string;
  readonly imports: ReadonlySet<string>;
}

/** A source file: its path in the project, `/` between folders, and its text. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/**
 * The rooms as docs/architecture.md lists them under "Rooms", from the top floor down: a table with a room, a sentence
 * and the rooms that it imports.
 * @throws Error when there is no such table, or a room imports one that does not stand below it
 */
export function readRooms(page: string): Room[] {
  const chapter = page.split(/^## /m).find((text) => text.startsWith('Rooms\n')) ?? '';
  const rooms = [...chapter.matchAll(/^\| `([^`|]+)` \|[^|]*\|([^|]*)\|$/gm)].map(([, folder = '', imports = '']) => ({
    folder,
    imports: new Set([...imports.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)),
  }));
  if (rooms.length === 0) throw new Error('expected a chapter "Rooms" with a table of the rooms, found none');
  for (const [floor, { folder, imports }] of rooms.entries()) {
    const below = new Set(rooms.slice(floor + 1).map((room) => room.folder));
    const upwards = [...imports].filter((name) => !below.has(name));
    if (upwards.length > 0) throw new Error(`${folder} may import ${upwards.join(', ')}, which do not stand below it`);
  }
  return rooms;
}

/** What no room may import, and what is not asked about it: tests bring all rooms together. */
const isTest = (path: string): boolean => /\.(test|fixture)\.ts$|^packages\/[^/]+\/testing\//.test(path);

/**
 * Imports that the rooms do not allow, also of types alone, which the built files do not show; folders that are no room;
 * and permissions that nothing uses.
 */
export function findBreaches(rooms: readonly Room[], sources: Iterable<Source>): string[] {
  const byFolder = new Map(rooms.map((room) => [room.folder, room]));
  const used = new Map(rooms.map((room) => [room.folder, new Set<string>()]));
  const breaches: string[] = [];
  for (const { path, text } of sources) {
    if (isTest(path)) continue;
    const room = byFolder.get(roomOf(path));
    if (!room) {
      breaches.push(`${path} is in none of the rooms`);
      continue;
    }
    for (const [, specifier = ''] of text.matchAll(/\b(?:from|import)\s*\(?\s*'([^'\n]+)'/g)) {
      const target = targetOf(path, specifier);
      if (target === undefined || target === room.folder) continue;
      used.get(room.folder)?.add(target);
      if (!room.imports.has(target))
        breaches.push(`${path} imports ${specifier}: ${room.folder} must not know ${target}`);
    }
  }
  for (const { folder, imports } of rooms) {
    const unused = [...imports].filter((name) => used.get(folder)?.has(name) !== true);
    if (unused.length > 0)
      breaches.push(`${folder} imports nothing of ${unused.join(', ')} any more: take it out of the table`);
  }
  return breaches;
}

const roomOf = (path: string): string => path.split('/').slice(0, 2).join('/');

/** The room that an import leads to; undefined when it leads out of the project. */
function targetOf(path: string, specifier: string): string | undefined {
  if (specifier.startsWith('#')) return roomOf(`packages/${specifier.slice(1)}`);
  return specifier.startsWith('.') ? roomOf(join(dirname(path), specifier)) : undefined;
}
