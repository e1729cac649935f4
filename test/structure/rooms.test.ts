import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findBreaches, readRooms } from '../../scripts/structure/rooms.js';
import { listProjectFiles, projectDir, readProjectFile } from './project.js';

const page = (rows: string): string =>
  `# A page\n\n## Rooms\n\n| room | what | imports |\n|---|---|---|\n${rows}\n\n## Next\n`;
const rooms = readRooms(
  page(
    '| `apps/api` | HTTP | `packages/queue`, `packages/contracts` |\n| `packages/queue` | jobs | |\n| `packages/contracts` | types | |',
  ),
);
const breaches = (path: string, text: string): string[] =>
  findBreaches([{ folder: 'apps/api', imports: new Set() }, ...rooms.slice(1)], [{ path, text }]);

test('an import that the table does not name is a breach, also one of types alone, a dynamic and a relative one', () => {
  for (const text of [
    "import { a } from '#contracts/a.js';",
    "import type { A } from '#contracts/a.js';",
    "import '#contracts/a.js';",
    "const a = await import('#contracts/a.js');",
    "import {\n  type A,\n} from '../contracts/a.js';",
  ]) {
    assert.equal(breaches('packages/queue/jobs.ts', text).length, 1, text);
  }
});

test('imports within a room, of npm and of tests are no breach', () => {
  assert.deepEqual(breaches('packages/queue/jobs.ts', "import { a } from './a.js';\nimport pg from 'pg';"), []);
  assert.deepEqual(breaches('packages/queue/jobs.test.ts', "import { a } from '#contracts/a.js';"), []);
});

test('a folder that is no room, and a permission that nothing uses, are breaches', () => {
  assert.match(String(breaches('packages/attic/a.ts', '')), /in none of the rooms/);
  assert.match(String(findBreaches(rooms, [])), /apps\/api imports nothing of packages\/queue, packages\/contracts/);
});

test('a table in which a room imports one above it is refused', () => {
  const rows = '| `apps/api` | HTTP | |\n| `packages/queue` | jobs | `apps/api` |';
  assert.throws(() => readRooms(page(rows)), /packages\/queue may import apps\/api, which do not stand below it/);
  assert.throws(() => readRooms('# No rooms'), /found none/);
});

test('the table of the project is one that can be read, with contracts at the bottom', () => {
  assert.equal(readRooms(readProjectFile('docs/architecture.md')).at(-1)?.folder, 'packages/contracts');
});

test('files that import each other are refused, also when one of the imports is of types alone', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-cycle-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const config: object = { ...JSON.parse(readProjectFile('biome.json')), vcs: { enabled: false }, $schema: undefined };
  writeFileSync(join(folder, 'biome.json'), JSON.stringify(config));
  symlinkSync(join(projectDir, 'node_modules'), join(folder, 'node_modules'));
  mkdirSync(join(folder, 'packages'));
  const lint = (): number | null => {
    const biome = join(projectDir, 'node_modules/.bin/biome');
    const options = { cwd: folder, encoding: 'utf8' as const };
    return spawnSync(biome, ['lint', '--only=suspicious/noImportCycles', 'packages'], options).status;
  };
  writeFileSync(join(folder, 'packages/a.ts'), "import { b } from './b.js';\nexport type A = typeof b;\n");
  writeFileSync(join(folder, 'packages/b.ts'), 'export const b = 1;\n');
  assert.equal(lint(), 0);
  writeFileSync(
    join(folder, 'packages/b.ts'),
    "import type { A } from './a.js';\nexport const b: number = 1;\nexport type B = A;\n",
  );
  assert.equal(lint(), 1);
});

test('what is below packages/database/queries only reads', () => {
  const writing = listProjectFiles()
    .filter((path) => /^packages\/database\/queries\/.*(?<!\.test)\.ts$/.test(path))
    .filter((path) => /\b(?:INSERT INTO|UPDATE \w+\.|DELETE FROM|TRUNCATE|COPY \w)/.test(readProjectFile(path)));
  assert.deepEqual(writing, []);
});
