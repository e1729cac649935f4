// Part of `npm run structure`: holds every import to the rooms that docs/architecture.md lists.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBreaches, readRooms, type Source } from './structure/rooms.js';

const project = fileURLToPath(new URL('../../', import.meta.url));

function* sources(): Generator<Source> {
  for (const folder of ['apps', 'packages']) {
    for (const path of readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' }).sort()) {
      if (!/\.tsx?$/.test(path) || path.includes('/generated/')) continue;
      yield { path: `${folder}/${path}`, text: readFileSync(join(project, folder, path), 'utf8') };
    }
  }
}

const rooms = readRooms(readFileSync(join(project, 'docs/architecture.md'), 'utf8'));
const breaches = findBreaches(rooms, sources());
for (const breach of breaches) console.error(breach);
if (breaches.length > 0) process.exitCode = 1;
else
  console.log(`✔ ${rooms.length} rooms, each imports only what stands below it and is named in docs/architecture.md`);
