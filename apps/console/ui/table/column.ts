import type { ReactNode } from 'react';

/** A column of a table. */
export interface Column<T> {
  readonly id: string;
  readonly header: string;
  /** What it is, for the tooltip of its head. */
  readonly about?: string;
  cell(row: T): ReactNode;
  readonly isNumeric?: boolean;
  /** In pixels: columns of long words are not squeezed by their neighbours. */
  readonly minWidth?: number;
  /** By what the API sorts for it, without the minus; undefined: it does not. */
  readonly sort?: string;
  /** Not shown until the viewer wants it. */
  readonly isExtra?: boolean;
  /** Shown always. */
  readonly isFixed?: boolean;
}
