import { type Conditions, conditions, containsPattern } from './conditions.js';

/** Which images are wanted; what is left out does not matter. Bounds belong to their range. */
export interface ImageFilter {
  readonly fileId?: string | undefined;
  readonly faceNo?: number | undefined;
  readonly minFaces?: number | undefined;
  readonly maxFaces?: number | undefined;
  /** First and last import day, `YYYY-MM-DD`. */
  readonly fromDay?: string | undefined;
  readonly toDay?: string | undefined;
  /** Pixels of the image as shown. */
  readonly minWidth?: number | undefined;
  readonly maxWidth?: number | undefined;
  readonly minHeight?: number | undefined;
  readonly maxHeight?: number | undefined;
  /** Width × height. */
  readonly minPixels?: number | undefined;
  readonly maxPixels?: number | undefined;
  readonly format?: string | undefined;
  readonly model?: string | undefined;
  /** File name without extension. */
  readonly filename?: string | undefined;
  /** A part of the file name; capitals do not matter. */
  readonly name?: string | undefined;
}

/** Width × height of `dwd.image i`, written as its index has it. */
export const pixelsSql = 'i.width::bigint * i.height';

/** The filter as conditions on `dwd.image i`. */
export function imageConditions(filter: ImageFilter): Conditions {
  const where = conditions();
  where.when(filter.fileId, (p) => `i.file_id = ${p}`);
  where.when(filter.faceNo, (p) => `i.face_no = ${p}`);
  where.when(filter.minFaces, (p) => `i.face_no >= ${p}`);
  where.when(filter.maxFaces, (p) => `i.face_no <= ${p}`);
  where.when(filter.fromDay, (p) => `i.imp_date >= ${p}::date`);
  where.when(filter.toDay, (p) => `i.imp_date <= ${p}::date`);
  where.when(filter.minWidth, (p) => `i.width >= ${p}`);
  where.when(filter.maxWidth, (p) => `i.width <= ${p}`);
  where.when(filter.minHeight, (p) => `i.height >= ${p}`);
  where.when(filter.maxHeight, (p) => `i.height <= ${p}`);
  where.when(filter.minPixels, (p) => `${pixelsSql} >= ${p}::bigint`);
  where.when(filter.maxPixels, (p) => `${pixelsSql} <= ${p}::bigint`);
  where.when(filter.format, (p) => `i.format = ${p}`);
  where.when(filter.model, (p) => `i.model = ${p}`);
  where.when(filter.filename, (p) => `i.filename = ${p}`);
  where.when(filter.name === undefined ? undefined : containsPattern(filter.name), (p) => `i.filename ILIKE ${p}`);
  return where;
}
