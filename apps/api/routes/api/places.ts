import { Type } from 'typebox';
import { FileId } from '../../http/schemas.js';

const Ordinal = Type.Integer({ minimum: 0, maximum: 2_147_483_647 });

/** What cursors of lists by time stand for; see `TimePosition`. */
export const TimePlaceSchema = Type.Tuple([
  Type.String({ pattern: '^[0-9]{4}-(0[1-9]|1[0-2])-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\\.[0-9]{6}Z$' }),
  FileId,
  Ordinal,
]);

/** What cursors of lists by file stand for; see `SamplePosition`. */
export const FilePlaceSchema = Type.Tuple([FileId, Ordinal]);
