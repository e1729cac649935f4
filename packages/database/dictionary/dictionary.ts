import { type ClientBase, escapeIdentifier, escapeLiteral } from 'pg';
import type { TableDefinition } from '#contracts/dataset.js';
import { connectForSetup } from '../migrations/connect.js';
import { quoteTable } from '../quote.js';
import { declaredWords } from './declared-words.js';
import { furtherWords } from './further-words.js';
import { readSchemaFile } from './schema-file.js';

/** What is to be said of one relation. */
interface Entry {
  words: string;
  readonly columns: Map<string, string>;
}

/** A table or view as it is in the database, with what is said of it there. */
interface FoundRelation {
  readonly relation: string;
  /** PostgreSQL's letter: `v` for a view. */
  readonly kind: string;
  readonly words: string | null;
  readonly columns: readonly FoundColumn[];
}

interface FoundColumn {
  readonly name: string;
  readonly words: string | null;
  /** Of a view: the relations behind it that have a column of this name. */
  readonly behind: readonly string[];
}

/**
 * Gives tables, views and columns their words (`COMMENT ON`), from Prisma's schema and from declarations, where they have
 * others or none. Of what neither knows (views of later migrations, tables of other people) nothing is changed, but that
 * a column of a view without words gets those of the column behind it. One query when all is said.
 * @param tables those of the datasets that people can read
 */
export async function ensureDictionary(databaseUrl: string, tables: readonly TableDefinition[]): Promise<void> {
  const client = await connectForSetup(databaseUrl);
  try {
    await client.query('BEGIN');
    await client.query("SELECT pg_advisory_xact_lock(hashtext('millrace datasets'))");
    const entries = entriesOf(tables);
    const found = await readRelations(client, [...new Set([...entries.keys()].map(schemaOf))]);
    const statements = found.flatMap((relation) => statementsFor(relation, entries, found));
    if (statements.length > 0) await client.query(statements.join(';\n'));
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}

/** Later ones win, column by column: a declaration says more than the schema. */
function entriesOf(tables: readonly TableDefinition[]): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  const add = (relation: string, words: string, columns: Iterable<[string, string]>): void => {
    const entry = entries.get(relation) ?? { words: '', columns: new Map() };
    if (words !== '') entry.words = words;
    for (const [name, text] of columns) if (text !== '') entry.columns.set(name, text);
    entries.set(relation, entry);
  };
  for (const { relation, words, columns } of readSchemaFile().tables) add(relation, words, columns);
  for (const [relation, { words, columns }] of Object.entries(furtherWords))
    add(relation, words, Object.entries(columns));
  for (const table of tables) {
    for (const { relation, words, columns } of declaredWords(table)) add(relation, words, columns);
  }
  return entries;
}

function statementsFor(
  relation: FoundRelation,
  entries: ReadonlyMap<string, Entry>,
  found: readonly FoundRelation[],
): string[] {
  const entry = entries.get(relation.relation);
  const name = quoteTable(relation.relation);
  const statements: string[] = [];
  if (entry && entry.words !== '' && entry.words !== relation.words) {
    const kind = { v: 'VIEW', m: 'MATERIALIZED VIEW' }[relation.kind] ?? 'TABLE';
    statements.push(`COMMENT ON ${kind} ${name} IS ${escapeLiteral(entry.words)}`);
  }
  for (const column of relation.columns) {
    const words = entry?.columns.get(column.name) ?? column.words ?? wordsBehind(column, entries, found);
    if (words === undefined || words === column.words) continue;
    statements.push(`COMMENT ON COLUMN ${name}.${escapeIdentifier(column.name)} IS ${escapeLiteral(words)}`);
  }
  return statements;
}

/** What is said of the column of a table that a view's column of the same name is made of; a view may lie in between. */
function wordsBehind(
  { name, behind }: FoundColumn,
  entries: ReadonlyMap<string, Entry>,
  found: readonly FoundRelation[],
): string | undefined {
  for (const relation of behind) {
    const column = found.find((each) => each.relation === relation)?.columns.find((each) => each.name === name);
    const words = entries.get(relation)?.columns.get(name) ?? column?.words;
    if (words != null) return words;
    const further = column && wordsBehind(column, entries, found);
    if (further !== undefined) return further;
  }
  return undefined;
}

/** Partitions have no words of their own. */
async function readRelations(client: ClientBase, schemas: readonly string[]): Promise<FoundRelation[]> {
  const { rows } = await client.query<FoundRelation>(
    `SELECT n.nspname || '.' || c.relname AS relation, c.relkind AS kind, obj_description(c.oid, 'pg_class') AS words,
       json_agg(json_build_object('name', a.attname, 'words', col_description(c.oid, a.attnum), 'behind', behind.relations)
         ORDER BY a.attnum) AS columns
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     CROSS JOIN LATERAL (
       SELECT COALESCE(json_agg(bn.nspname || '.' || b.relname ORDER BY bn.nspname, b.relname), '[]') AS relations
       FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
         AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> c.oid
       JOIN pg_attribute ba ON ba.attrelid = d.refobjid AND ba.attnum = d.refobjsubid AND ba.attname = a.attname
       JOIN pg_class b ON b.oid = d.refobjid JOIN pg_namespace bn ON bn.oid = b.relnamespace
       WHERE r.ev_class = c.oid AND c.relkind IN ('v', 'm')
     ) behind
     WHERE n.nspname = ANY($1) AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition AND pg_has_role(c.relowner, 'USAGE')
     GROUP BY c.oid, n.nspname, c.relname, c.relkind ORDER BY 1`,
    [schemas],
  );
  return rows;
}

const schemaOf = (relation: string): string => relation.slice(0, relation.indexOf('.'));
