import type { ComponentType, LazyExoticComponent } from 'react';
import type { DatasetDetail } from '../../generated/api.js';

/** What a view of a dataset is given. */
export interface ViewProps {
  readonly dataset: DatasetDetail;
}

/** A view of a dataset: a tab of its page, whose name stands in the address (`?view=gallery`). */
export interface DatasetView {
  readonly view: string;
  readonly label: string;
  readonly View: LazyExoticComponent<ComponentType<ViewProps>>;
}
