import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadCatalogue, readableDatasets } from '#catalogue/catalogue.js';
import type { DatasetDefinition, TableDefinition } from '#contracts/dataset.js';
import { withTestDatabase } from '../../../test/helpers/database.js';
import { readProjectFile } from '../../../test/structure/project.js';
import { ensureDatasets } from '../datasets/tables.js';
import type { Pool } from '../pool.js';
import { ensureDictionary } from './dictionary.js';
import { parseSchemaFile, readSchemaFile } from './schema-file.js';

const ownTables = async (): Promise<TableDefinition[]> =>
  [...readableDatasets(await loadCatalogue()).values()].map(({ dataset }) => dataset);

/** What has no words in the schemas of ours; those of the carrier and of PostgreSQL are not ours. */
const wordless = `
  SELECT n.nspname || '.' || c.relname || COALESCE('.' || a.attname, '') AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  CROSS JOIN LATERAL (
    SELECT NULL AS attname, obj_description(c.oid, 'pg_class') AS words
    UNION ALL
    SELECT attname, col_description(c.oid, attnum) FROM pg_attribute
    WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
  ) a
  WHERE n.nspname !~ '^(pg_|information_schema|bullmq)' AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition
    AND length(COALESCE(a.words, '')) < 5
  ORDER BY 1`;

async function wordsOf(pool: Pool, relation: string): Promise<Record<string, string | null>> {
  const { rows } = await pool.query<{ name: string; words: string | null }>(
    `SELECT attname AS name, col_description(attrelid, attnum) AS words FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 UNION ALL SELECT '', obj_description($1::regclass, 'pg_class')`,
    [relation],
  );
  return Object.fromEntries(rows.map(({ name, words }) => [name, words]));
}

test('no table, view or column of ours is without words, and a second start changes none', () =>
  withTestDatabase(async ({ url, pool }) => {
    const tables = await ownTables();
    await ensureDictionary(url, tables);
    const { rows } = await pool.query<{ name: string }>(wordless);
    assert.deepEqual(
      rows.map(({ name }) => name),
      [],
      'say it in prisma/schema.prisma (///), in the declaration, in packages/database/dictionary/further-words.ts or by COMMENT ON',
    );
    const changes = 'SELECT max(xmin::text::bigint)::text AS last FROM pg_description';
    const before = await pool.query(changes);
    await ensureDictionary(url, tables);
    assert.deepEqual((await pool.query(changes)).rows, before.rows);
  }));

test('words come from the declaration, with unit, name in the file and example; else from the schema; and follow them', () =>
  withTestDatabase(async ({ url, pool }) => {
    const weights: DatasetDefinition = {
      table: 'hive.weight',
      description: 'One row per weighing.',
      columns: [
        { name: 'at', type: 'timestamp', required: true, description: 'When it was weighed' },
        { name: 'grams', type: 'integer', description: 'What it weighed', unit: 'g', from: 'w', example: 41_200 },
        { name: 'note', type: 'text' },
      ],
      replace: 'file',
    };
    await ensureDatasets(url, [weights]);
    await pool.query(`CREATE VIEW hive.heavy AS SELECT at, grams, grams > 1 AS is_heavy FROM hive.weight`);
    await pool.query(`CREATE VIEW hive.heavier AS SELECT grams FROM hive.heavy`);
    await pool.query(`COMMENT ON VIEW hive.heavy IS 'As its migration says'`);
    await ensureDictionary(url, [weights]);
    const grams = 'What it weighed. Unit: g. In files: w. For example: 41200.';
    assert.deepEqual(await wordsOf(pool, 'hive.weight'), {
      '': 'One row per weighing.',
      at: 'When it was weighed.',
      grams,
      note: null,
      file_id: 'The file in ops.file that the row came from.',
      ordinal: 'Position of the row in its file, from 0.',
    });
    assert.deepEqual(await wordsOf(pool, 'hive.heavy'), {
      '': 'As its migration says',
      at: 'When it was weighed.',
      grams,
      is_heavy: null,
    });
    assert.equal((await wordsOf(pool, 'hive.heavier'))['grams'], grams);
    assert.match((await wordsOf(pool, 'ops.file'))['mtime_ns'] ?? '', /^Nanoseconds since the Unix epoch/);
    await ensureDictionary(url, [{ ...weights, description: 'Another.' }]);
    assert.equal((await wordsOf(pool, 'hive.weight'))[''], 'Another.');
  }));

test('the page on the views says of each column what the database says', () =>
  withTestDatabase(async ({ url, pool }) => {
    await ensureDictionary(url, []);
    const chapters = readProjectFile('docs/sql-views.md').split(/^## /m);
    for (const view of ['tasks_results', 'dags', 'dag_runs', 'task_instances']) {
      const chapter = chapters.find((text) => text.startsWith(`${view}\n`)) ?? '';
      const words = await wordsOf(pool, view);
      const said = [...chapter.matchAll(/^\| `(\w+)` \| [^|]+ \| (.*) \|$/gm)];
      assert.ok(said.length > 5, view);
      for (const [, column = '', text = ''] of said) {
        if (text === 'See above') continue;
        assert.equal(
          words[column],
          text.replaceAll('`', '').replaceAll("'", '’').replace(/\.?$/, '.'),
          `${view}.${column}`,
        );
      }
    }
  }));

test('the schema’s file is read as Prisma means it: names in the database, several lines, no relations', () => {
  const { schemas, tables } = parseSchemaFile(`
datasource db {
  schemas = ["ops", "lab"]
}

/// A model
/// of two lines.
model Probe {
  /// First
  /// and second line.
  takenAt DateTime @map("taken_at")
  tags    String[] @default([])
  weight  Float?

  other  Probe?  @relation("r", fields: [weight], references: [weight])
  others Probe[] @relation("r")

  @@index([takenAt])
  @@map("probe")
  @@schema("lab")
}
`);
  assert.deepEqual(schemas, ['ops', 'lab']);
  assert.deepEqual(tables, [
    {
      relation: 'lab.probe',
      words: 'A model of two lines.',
      columns: new Map([
        ['taken_at', 'First and second line.'],
        ['tags', ''],
        ['weight', ''],
      ]),
    },
  ]);
});

test('every column of the schema’s file has words that say something', () => {
  for (const { relation, words, columns } of readSchemaFile().tables) {
    assert.ok(words.length > 10, relation);
    for (const [name, text] of columns) {
      assert.ok(text.length > 5, `${relation}.${name}`);
      assert.doesNotMatch(text, new RegExp(`^the ${name.replaceAll('_', ' ')}\\.?$`, 'i'), `${relation}.${name}`);
    }
  }
});
