import { EmptyNote } from '../../ui/notes.js';
import type { ViewProps } from './view.js';

/** The rows. */
export function RowsView({ dataset }: ViewProps) {
  return <EmptyNote title={dataset.name} />;
}
