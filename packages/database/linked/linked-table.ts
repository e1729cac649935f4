import type { ColumnDefinition, TableDefinition } from '#contracts/dataset.js';

/** A column of rows that are looked at one by one before they are taken. */
export interface LinkedColumn extends ColumnDefinition {
  /** Of a number, both included. */
  readonly least?: number;
  readonly most?: number;
  /** Of a `timestamptz`: it stands in files as unix seconds, or as ISO-8601. */
  readonly unixSeconds?: boolean;
}

/** One of several tables that rows of the same files go into, and that refer to each other by foreign keys. */
export interface LinkedTable {
  /** Name of its dataset. */
  readonly dataset: string;
  /** With `key` where rows of other tables refer to its rows. */
  readonly definition: TableDefinition;
  readonly columns: readonly LinkedColumn[];
  readonly parent?: LinkedParent;
}

/** What each row of a table belongs to. */
export interface LinkedParent {
  /** Name of the dataset. */
  readonly dataset: string;
  /** The column with the other's key. */
  readonly column: string;
  /** Which rows cannot be taken, in SQL, of the row `s` and its parent `p`; and why, as a text in SQL. */
  readonly fault?: { readonly when: string; readonly reason: string };
}

/** Tables of which each stands behind those that its rows refer to. */
export class LinkedTables {
  readonly all: readonly LinkedTable[];

  constructor(all: readonly LinkedTable[]) {
    this.all = all;
  }

  get(dataset: string): LinkedTable {
    const found = this.all.find((table) => table.dataset === dataset);
    if (!found) throw new Error(`no table is linked as ${dataset}`);
    return found;
  }

  /** Those whose rows others refer to, with the column of their keys; each behind those that it refers to. */
  get keyed(): readonly (LinkedTable & { readonly key: string })[] {
    return this.all.flatMap((table) => {
      const { key } = table.definition;
      return key === undefined ? [] : [{ ...table, key }];
    });
  }

  /** The others. */
  get leaves(): readonly LinkedTable[] {
    return this.all.filter(({ definition }) => definition.key === undefined);
  }

  /** Those with a parent, with its table and key. */
  get children(): readonly { child: LinkedTable; column: string; parent: LinkedTable; key: string }[] {
    return this.all.flatMap((child) => {
      if (!child.parent) return [];
      const parent = this.get(child.parent.dataset);
      const { key } = parent.definition;
      if (key === undefined) throw new Error(`${child.dataset} refers to ${parent.dataset}, which has no key`);
      return [{ child, column: child.parent.column, parent, key }];
    });
  }
}
