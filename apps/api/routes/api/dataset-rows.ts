import { Type } from 'typebox';
import { readableDatasets } from '#catalogue/catalogue.js';
import { fieldOf } from '#contracts/dataset-parameters.js';
import type { ReadableDataset } from '#contracts/file-task.js';
import { exportRows } from '#database/queries/rows/export-rows.js';
import { datasetPath } from '../../datasets/describe.js';
import { filterAdvice, filterSchemas, readFilters } from '../../datasets/filters.js';
import { maxCursorLength, readRowPage, sortNames } from '../../datasets/read-page.js';
import { exportTableOf, operationName, rowSchema, toExport } from '../../datasets/rows.js';
import type { ApiDeps } from '../../deps.js';
import type { ExportFormat } from '../../export/formats.js';
import { type ExportDeps, exportFormats, exportResponses, exportWords, sendExport } from '../../export/send-export.js';
import type { App } from '../../http/app-type.js';
import { ListQuery, PageOf, problems } from '../../http/schemas.js';

/** What every dataset's query has beside the filters of its columns, which are read by name. */
interface RowsRoute {
  Querystring: Readonly<Record<string, unknown>> & { sort?: string; cursor?: string; limit?: number; fileId?: string };
}

/** GET /api/datasets/{name}/rows of every dataset, and the same rows in every format of exports. */
export async function datasetRowRoutes(app: App, deps: ApiDeps & ExportDeps): Promise<void> {
  const { pool, catalogue } = deps;
  for (const readable of readableDatasets(catalogue).values()) {
    addListRoute(readable);
    for (const format of exportFormats) addExportRoute(readable, format);
  }

  function addListRoute(readable: ReadableDataset): void {
    const { name, dataset } = readable;
    const { properties } = ListQuery({
      ...filterSchemas(dataset),
      sort: Type.Optional(
        Type.Enum(sortNames(dataset), {
          default: 'fileId',
          description:
            'Order; - means the largest first, and missing values are the largest. Ties are in the order of the index, ' +
            'then of file and place in it.',
        }),
      ),
    });
    const cursor = Type.Optional(
      Type.String({ maxLength: maxCursorLength, description: '`nextCursor` of the page before, in the same order' }),
    );
    app.get<RowsRoute>(
      `${datasetPath(name)}/rows`,
      {
        schema: {
          operationId: `list${operationName(name)}Rows`,
          tags: ['datasets'],
          summary: `Rows of ${dataset.table}`,
          description:
            `${dataset.description} A request that finds little within two seconds may answer with a short page, even ` +
            'an empty one, and a nextCursor. Only a null nextCursor is the end.',
          querystring: Type.Object({ ...properties, cursor }, { additionalProperties: false }),
          response: { 200: PageOf(rowSchema(readable), 'A page of rows'), ...problems(422) },
        },
      },
      async ({ query: { sort = 'fileId', ...query } }) =>
        readRowPage(pool, readable, { ...query, sort, conditions: readFilters(dataset, query) }),
    );
  }

  function addExportRoute({ name, source, dataset }: ReadableDataset, format: ExportFormat): void {
    const { extension } = format;
    app.get<RowsRoute>(
      `${datasetPath(name)}/rows.${extension}`,
      {
        schema: {
          operationId: `export${operationName(name)}RowsAs${fieldOf(`_${extension}`)}`,
          tags: ['datasets'],
          summary: `Rows of ${dataset.table} as ${extension.toUpperCase()}, by file and place in it`,
          description: `${dataset.description} ${exportWords}`,
          querystring: Type.Object(filterSchemas(dataset), { additionalProperties: false }),
          response: exportResponses(format),
        },
      },
      async ({ query }, reply) => {
        const wanted = {
          table: dataset,
          source: source.name,
          conditions: readFilters(dataset, query),
          fileId: query.fileId,
          run: format.names === 'fields',
        };
        return sendExport(reply, deps, {
          format,
          table: exportTableOf(name, dataset, format.names),
          async *rows(tx) {
            for await (const page of exportRows(tx, wanted)) yield page.map(toExport[format.names]);
          },
          advice: filterAdvice(dataset),
        });
      },
    );
  }
}
