import { Type } from 'typebox';
import { readableDatasets } from '#catalogue/catalogue.js';
import { fieldOf } from '#contracts/dataset-parameters.js';
import { listColumnValues } from '#database/queries/column-values.js';
import { listedOf } from '../../datasets/describe.js';
import { valueTypeOf } from '../../datasets/values.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { readPage, toPage } from '../../http/cursor.js';
import { component } from '../../http/openapi/component.js';
import { notFound, unprocessable } from '../../http/problem.js';
import { ListQuery, PageOf, problems } from '../../http/schemas.js';
import { refuseSlowQuery } from '../../http/slow-query.js';
import { unknownDataset } from './datasets.js';

/** Most characters of a value that a page can end with: PostgreSQL limits the entries of its indexes to 2,704 bytes. */
const maxValueLength = 2_704;

const { properties } = ListQuery({
  contains: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: 'Only values that contain this; capitals do not matter' }),
  ),
});

const ValueSchema = Type.Object(
  { value: Type.Union([Type.String(), Type.Integer()], { description: 'As rows have it' }) },
  component('ColumnValue'),
);

/** GET /api/datasets/{name}/values/{field}. */
export async function datasetValueRoutes(app: App, { pool, catalogue }: ApiDeps): Promise<void> {
  const datasets = readableDatasets(catalogue);
  app.get(
    '/api/datasets/:name/values/:field',
    {
      schema: {
        operationId: 'listColumnValues',
        tags: ['datasets'],
        summary: 'The distinct values of a column, ascending: what its filter can be',
        description:
          'Of columns that a summary has or that an index begins with; the filters of /api/datasets/{name} have a link to ' +
          'each. A request that finds little may answer with a short page, even an empty one, and a nextCursor. Only a null ' +
          'nextCursor is the end.',
        params: Type.Object({ name: Type.String(), field: Type.String() }),
        querystring: Type.Object(
          {
            ...properties,
            cursor: Type.Optional(Type.String({ maxLength: 6_000, description: '`nextCursor` of the page before' })),
          },
          { additionalProperties: false },
        ),
        response: { 200: PageOf(ValueSchema, 'A page of values'), ...problems(404, 422) },
      },
    },
    async ({ params: { name, field }, query: { contains, ...page } }) => {
      const readable = datasets.get(name);
      if (readable === undefined) throw unknownDataset(name, datasets);
      const columns = listedOf(readable);
      const listed = columns.find(({ column }) => fieldOf(column.name) === field);
      if (listed === undefined) {
        const known = columns.map(({ column }) => fieldOf(column.name)).join(', ') || 'none';
        throw notFound(
          `the values of ${JSON.stringify(field)} cannot be listed; of the dataset ${name} those of these fields can: ${known}`,
        );
      }
      const request = readPage(Type.String({ maxLength: maxValueLength }), page);
      const { after } = request;
      if (after !== undefined && valueTypeOf(listed.column).read(after, 'equal') === undefined) {
        throw unprocessable([
          { path: 'cursor', message: 'must be the nextCursor of an earlier page of the same list' },
        ]);
      }
      const found = listColumnValues(pool, readable.dataset, listed, contains, request);
      const { items, next } = await refuseSlowQuery(found, 'ask for fewer of them (limit)');
      const isNumber = listed.column.type === 'integer';
      return toPage({ items: items.map((value) => ({ value: isNumber ? Number(value) : value })), next });
    },
  );
}
