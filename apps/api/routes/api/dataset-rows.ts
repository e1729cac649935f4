import { Type } from 'typebox';
import { readableDatasets } from '#catalogue/catalogue.js';
import { fieldOf, sortOrdersOf } from '#contracts/dataset-parameters.js';
import type { ReadableDataset } from '#contracts/file-task.js';
import { eachPage } from '#database/queries/page.js';
import { listRows } from '#database/queries/rows/list-rows.js';
import type { RowPosition, RowQuery } from '#database/queries/rows/row-query.js';
import { datasetPath } from '../../datasets/describe.js';
import { filterAdvice, filterSchemas, readFilters } from '../../datasets/filters.js';
import { maxCursorLength, readRowPage, sortNames } from '../../datasets/read-page.js';
import { exportTableOf, operationName, rowSchema, toExport } from '../../datasets/rows.js';
import type { ApiDeps } from '../../deps.js';
import type { ExportFormat } from '../../export/formats.js';
import { exportFormats, exportResponses, sendExport } from '../../export/send-export.js';
import type { App } from '../../http/app-type.js';
import { ListQuery, PageOf, problems } from '../../http/schemas.js';

/** Rows that an export holds at a time. */
const pageRows = 5_000;

/** What every dataset's query has beside the filters of its columns, which are read by name. */
interface RowsRoute {
  Querystring: Readonly<Record<string, unknown>> & { sort?: string; cursor?: string; limit?: number; fileId?: string };
}

/** GET /api/datasets/{name}/rows, rows.csv and rows.xlsx of every dataset. */
export async function datasetRowRoutes(app: App, { pool, catalogue }: ApiDeps): Promise<void> {
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
          description: `${dataset.description} Sent as it is made: what is loaded meanwhile may be in it.`,
          querystring: Type.Object(filterSchemas(dataset), { additionalProperties: false }),
          response: exportResponses(format),
        },
      },
      async ({ query }, reply) => {
        const conditions = readFilters(dataset, query);
        const rows = exportRows({ table: dataset, source: source.name, conditions, fileId: query.fileId });
        return sendExport(reply, format, exportTableOf(name, dataset), rows, filterAdvice(dataset));
      },
    );
  }

  async function* exportRows(wanted: Omit<RowQuery, 'order' | 'descending'>) {
    const [order] = sortOrdersOf(wanted.table);
    if (order === undefined) return;
    const query = { ...wanted, order, descending: false };
    const read = (after: RowPosition | undefined) => listRows(pool, query, { after, limit: pageRows });
    for await (const page of eachPage(read)) yield page.map(toExport);
  }
}
