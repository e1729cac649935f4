import { EmptyNote } from '../../ui/notes.js';
import type { ViewProps } from './view.js';

/** The columns. */
export function ColumnsView({ dataset }: ViewProps) {
  return <EmptyNote title={dataset.name} />;
}
