import { Type } from 'typebox';
import { exportRows, faceTable, type ImageTable, imageTable } from '#database/queries/image-export.js';
import type { ApiDeps } from '../../deps.js';
import type { ExportFormat } from '../../export/formats.js';
import { exportFormats, exportResponses, sendExport } from '../../export/send-export.js';
import type { App } from '../../http/app-type.js';
import { imageFilters, readImageFilter } from './images-schemas.js';

const tables = [
  { table: imageTable, what: 'dwd.image: a row per image' },
  { table: faceTable, what: 'dwd.face: a row per face of the images that the filters leave' },
];

/** GET /api/images.csv and .xlsx, /api/faces.csv and .xlsx. */
export async function imageExportRoutes(app: App, { pool }: ApiDeps): Promise<void> {
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
          querystring: Type.Object(imageFilters, { additionalProperties: false }),
          response: exportResponses(format),
        },
      },
      async ({ query }, reply) => {
        const pages = exportRows(pool, table, readImageFilter(query));
        return sendExport(reply, format, table, pages, 'ask for fewer days (from, to)');
      },
    );
  }
}

const capitalised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
