import { Type } from 'typebox';
import { type HistoryPosition, historyKinds, vehicleHistory } from '#database/queries/fleet/vehicle-history.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { readPage, toPage } from '../../http/cursor.js';
import { component } from '../../http/openapi/component.js';
import { unprocessable } from '../../http/problem.js';
import { readForwardRange } from '../../http/ranges.js';
import { FileId, Instant, ListQuery, Nullable, PageOf, problems, TimeBound } from '../../http/schemas.js';
import { refuseSlowQuery } from '../../http/slow-query.js';
import { VehicleParams } from './vehicle-schemas.js';
import { unknownVehicle } from './vehicles.js';

const sorts = ['-at', 'at'] as const;

const HistoryListQuery = ListQuery({
  kind: Type.Optional(Type.Enum([...historyKinds], { description: 'Only reports of its status, or only detections' })),
  from: TimeBound('Reported or detected then or later'),
  to: TimeBound('Reported or detected then or earlier'),
  sort: Type.Optional(Type.Enum([...sorts], { default: '-at', description: 'The latest first (-at) or the earliest' })),
});

const EntrySchema = Type.Object(
  {
    at: Instant,
    kind: Type.Enum([...historyKinds]),
    status: Nullable(Type.String({ description: 'What it reported; null for a detection' })),
    objectType: Nullable(Type.String({ description: 'What it detected; null for a status' })),
    objectValue: Nullable(Type.Integer({ description: 'How many it detected; null for a status' })),
    fileId: FileId,
    ordinal: Type.Integer({ minimum: 0, description: 'Position of the row in its file, from 0' }),
    links: Type.Object({
      file: Type.String(),
      origin: Type.String({ description: 'The file, run and worker of the row' }),
    }),
  },
  component('VehicleHistoryEntry', 'A row that came from a vehicle: a status or a detection'),
);

/** What a cursor stands for; the order keeps one list's from another's. */
const Position = Type.Tuple([
  Type.Enum([...sorts]),
  Type.String(),
  Type.Enum([...historyKinds]),
  Type.String(),
  Type.Integer(),
]);

const otherOrder = (sort: string) =>
  unprocessable([{ path: 'cursor', message: `must be the nextCursor of an earlier page with the sort ${sort}` }]);

const datasets = { status: 'vehicle-status', detection: 'objects-detection' } as const;

/** GET /api/vehicles/{id}/history. */
export async function vehicleHistoryRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  app.get(
    '/api/vehicles/:id/history',
    {
      schema: {
        operationId: 'listVehicleHistory',
        tags: ['datasets'],
        summary: 'What a vehicle reported and detected, row by row in the order of time',
        params: VehicleParams,
        querystring: HistoryListQuery,
        response: { 200: PageOf(EntrySchema, 'A page of rows'), ...problems(404, 422) },
      },
    },
    async ({ params: { id }, query: { kind, from, to, sort = '-at', ...query } }) => {
      const range = readForwardRange({ from, to });
      const { after, limit } = readPage(Position, query);
      if (after !== undefined && after[0] !== sort) throw otherOrder(sort);
      const position: HistoryPosition | undefined = after && [after[1], after[2], after[3], after[4]];
      const wanted = { vehicleId: id, kind, ...range, isEarliestFirst: sort === 'at' };
      const page = await refuseSlowQuery(
        vehicleHistory(pool, wanted, { after: position, limit }),
        'ask for a shorter time (from, to) or for fewer (limit)',
      );
      if (page === undefined) throw unknownVehicle(id);
      const { items, nextCursor } = toPage({ ...page, next: page.next && [sort, ...page.next] });
      return {
        items: items.map((entry) => ({
          ...entry,
          links: {
            file: `/api/files/${entry.fileId}`,
            origin: `/api/datasets/${datasets[entry.kind]}/rows/origin?fileId=${entry.fileId}&ordinal=${entry.ordinal}`,
          },
        })),
        nextCursor,
      };
    },
  );
}
