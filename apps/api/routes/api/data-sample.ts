import { Type } from 'typebox';
import { readableDatasets } from '#catalogue/catalogue.js';
import { wanted } from '../../datasets/filters.js';
import { readRowPage } from '../../datasets/read-page.js';
import { rowSchema } from '../../datasets/rows.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { FileId, ListQuery, PageOf, problems, TimeBound } from '../../http/schemas.js';
import { readRange } from '../../http/time-range.js';

const SampleQuery = ListQuery({
  from: TimeBound('createAt then or later'),
  to: TimeBound('createAt then or earlier'),
  departmentName: Type.Optional(Type.String({ description: 'The department, exactly' })),
  sensorSerial: Type.Optional(Type.String({ description: 'The sensor, exactly' })),
  productName: Type.Optional(Type.String({ description: 'The product, exactly' })),
  fileId: Type.Optional(FileId),
});

/** GET /api/data-sample. */
export async function dataSampleRoutes(app: App, { pool, catalogue }: ApiDeps): Promise<void> {
  const readable = readableDatasets(catalogue).get('data-sample');
  if (readable === undefined) return;
  app.get(
    '/api/data-sample',
    {
      schema: {
        operationId: 'listSamples',
        tags: ['datasets'],
        summary: 'Rows of the data sample, by file and place in it',
        description:
          'The table is large and has no index on its columns: a request that finds little within two seconds answers ' +
          'with a short page, even an empty one, and a nextCursor. Only a null nextCursor is the end.',
        querystring: SampleQuery,
        response: { 200: PageOf(rowSchema(readable), 'A page of rows'), ...problems(422) },
      },
    },
    async ({ query: { departmentName, sensorSerial, productName, from, to, ...page } }) => {
      const bounds = readRange({ from, to });
      const conditions = [
        ...wanted('create_at', '>=', bounds.from),
        ...wanted('create_at', '<=', bounds.to),
        ...wanted('department_name', '=', departmentName),
        ...wanted('sensor_serial', '=', sensorSerial),
        ...wanted('product_name', '=', productName),
      ];
      return readRowPage(pool, readable, { ...page, sort: 'fileId', conditions });
    },
  );
}
