import { EmptyNote } from '../../ui/notes.js';
import type { ViewProps } from './view.js';

/** About it. */
export function AboutView({ dataset }: ViewProps) {
  return <EmptyNote title={dataset.name} />;
}
