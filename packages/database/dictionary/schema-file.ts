import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What is said of a table or view, and of its columns by their names. */
export interface RelationWords {
  /** With its schema: `ops.file`. */
  readonly relation: string;
  /** Empty when nothing is said. */
  readonly words: string;
  readonly columns: ReadonlyMap<string, string>;
}

/** The tables that Prisma's schema describes; the file is part of the package. */
export interface SchemaFile {
  /** Of PostgreSQL. */
  readonly schemas: readonly string[];
  readonly tables: readonly RelationWords[];
}

const schemaFile = new URL('../../../../prisma/schema.prisma', import.meta.url);
let read: SchemaFile | undefined;

/** Reads `prisma/schema.prisma`: the `///` lines before a model and before each of its fields are their words. */
export function readSchemaFile(): SchemaFile {
  read ??= parseSchemaFile(readFileSync(fileURLToPath(schemaFile), 'utf8'));
  return read;
}

/**
 * The part of Prisma's language that the words need: models, fields, their names in the database, comments. The rest
 * Prisma's own tools check.
 */
export function parseSchemaFile(text: string): SchemaFile {
  const [, schemas = ''] = /\bschemas\s*=\s*\[([^\]]*)\]/.exec(text) ?? [];
  const blocks = [...text.matchAll(/^((?:\/\/\/.*\n)*)model (\w+) \{\n([\s\S]*?)^\}/gm)];
  const models = new Set(blocks.map(([, , name]) => name));
  return {
    schemas: [...schemas.matchAll(/"(\w+)"/g)].map(([, name = '']) => name),
    tables: blocks.map(([, comment = '', name = '', body = '']) => {
      const schema = /@@schema\("(\w+)"\)/.exec(body)?.[1] ?? 'public';
      const table = /@@map\("(\w+)"\)/.exec(body)?.[1] ?? name;
      return { relation: `${schema}.${table}`, words: joinWords(comment), columns: fieldWords(body, models) };
    }),
  };
}

function fieldWords(body: string, models: ReadonlySet<string | undefined>): Map<string, string> {
  const columns = new Map<string, string>();
  for (const [, comment = '', name = '', type = '', rest = ''] of body.matchAll(
    /^((?: *\/\/\/.*\n)*) +(\w+) +(\w+)(?:\[\]|\?)?(.*)$/gm,
  )) {
    // A field of another model's type is a relation and no column.
    if (models.has(type)) continue;
    columns.set(/@map\("(\w+)"\)/.exec(rest)?.[1] ?? name, joinWords(comment));
  }
  return columns;
}

const joinWords = (comment: string): string =>
  comment
    .split('\n')
    .map((line) => line.replace(/^ *\/\/\/ ?/, '').trim())
    .filter((line) => line !== '')
    .join(' ');
