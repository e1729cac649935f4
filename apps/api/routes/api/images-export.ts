import { Type } from 'typebox';
import { fieldOf } from '#contracts/dataset-parameters.js';
import { exportImageRows, faceTable, type ImageTable, imageTable } from '#database/queries/image-export.js';
import { valueTypeOf } from '../../datasets/values.js';
import type { ApiDeps } from '../../deps.js';
import type { ColumnKind, ExportFormat, ExportTable } from '../../export/formats.js';
import { type ExportDeps, exportFormats, exportResponses, exportWords, sendExport } from '../../export/send-export.js';
import type { App } from '../../http/app-type.js';
import { imageFilters, readImageFilter } from './images-schemas.js';

const tables = [
  { table: imageTable, what: 'dwd.image: a row per image' },
  { table: faceTable, what: 'dwd.face: a row per face of the images that the filters leave' },
];

/** GET /api/images and /api/faces in every format of exports: /api/images.csv and so on. */
export async function imageExportRoutes(app: App, deps: ApiDeps & ExportDeps): Promise<void> {
  for (const { table, what } of tables) {
    for (const format of exportFormats) addRoute(table, format, what);
  }

  function addRoute(table: ImageTable, format: ExportFormat, what: string): void {
    const { extension } = format;
    app.get(
      `/api/${table.name}.${extension}`,
      {
        schema: {
          operationId: `export${capitalised(table.name)}As${capitalised(extension)}`,
          tags: ['datasets'],
          summary: `The table ${what}, as ${extension.toUpperCase()}`,
          description: exportWords,
          querystring: Type.Object(imageFilters, { additionalProperties: false }),
          response: exportResponses(format),
        },
      },
      async ({ query }, reply) => {
        const filter = readImageFilter(query);
        return sendExport(reply, deps, {
          format,
          table: exportTableOf(table, format.names),
          rows: (tx) => exportImageRows(tx, table, filter),
          advice: 'ask for fewer days (from, to)',
        });
      },
    );
  }
}

const exportTableOf = ({ name, columns }: ImageTable, names: ExportFormat['names']): ExportTable => ({
  name,
  columns: columns.map((column) => ({
    name: names === 'fields' ? fieldOf(column.name) : column.name,
    type: column.type,
    kind: kindOf(column),
  })),
});

/** An id is a text: a spreadsheet's numbers end at 2^53. */
function kindOf({ name, type }: ImageTable['columns'][number]): ColumnKind {
  if (type === 'json') return 'json';
  return name === 'file_id' ? 'text' : valueTypeOf({ type }).kind;
}

const capitalised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
