import type { ReplaceScope } from '#contracts/dataset.js';
import { BadInputError } from '#contracts/errors.js';
import { dayOf } from '#database/datasets/partitions.js';
import type { CopyLoad } from './copy-loader.js';

/**
 * A load with the part of the dataset that its file stands for: the day of its rows, or all of the table (`*`).
 * @throws BadInputError `several-days`
 */
export function withScope(load: CopyLoad, replace: ReplaceScope = 'file'): CopyLoad {
  if (replace === 'file' || load.rows === 0) return load;
  if (replace === 'table') return { ...load, scope: '*' };
  const days = [...new Set((load.spans ?? []).flatMap((span) => [dayOf(span.from), dayOf(span.to)]))];
  const [day] = days;
  if (days.length > 1 || day === undefined) {
    throw new BadInputError(
      'several-days',
      `its rows lie on several days (${days.slice(0, 5).join(', ')}); a file of this source replaces the rows of its ` +
        'day and must hold one day only: split it by day',
    );
  }
  return { ...load, scope: day };
}
