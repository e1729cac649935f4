/** `waiting` for its turn; `paused` by somebody; `refused` with a reason, it can be tried again; `done`: it lies in the inbox. */
export type UploadState = 'waiting' | 'sending' | 'paused' | 'refused' | 'done';

/** Where a file is to lie. */
export interface UploadTarget {
  /** Below the inbox; empty: in the inbox itself. */
  readonly folder: string;
  /** What lies there already under its name is replaced. */
  readonly overwrite: boolean;
  /** The id of a file whose path it gets, whatever its own name is. */
  readonly replaces?: string;
}

/** A file on its way into the inbox. */
export interface UploadItem {
  readonly id: string;
  readonly name: string;
  readonly target: UploadTarget;
  /** Bytes. */
  readonly size: number;
  readonly sent: number;
  readonly state: UploadState;
  /** Why it was refused. */
  readonly refusal?: Refusal | undefined;
  /** Below the inbox, once it is done. */
  readonly path?: string | undefined;
}

export interface Refusal {
  /** The code of the API's problem. */
  readonly code: string | undefined;
  readonly message: string;
}

/** Whether it still needs the page. */
export const isUnderWay = ({ state }: Pick<UploadItem, 'state'>): boolean => state === 'waiting' || state === 'sending';

/** Where it is to lie, below the inbox. */
export const plannedPath = ({ name, target: { folder } }: Pick<UploadItem, 'name' | 'target'>): string =>
  folder === '' ? name : `${folder}/${name}`;
