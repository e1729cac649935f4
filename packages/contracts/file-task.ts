import { type Static, Type } from 'typebox';

/** The input of every task that loads files: ids of the ledger, in the order in which they are loaded. */
export const FileTaskInput = Type.Object(
  {
    files: Type.Array(
      Type.String({ pattern: '^[1-9][0-9]{0,17}$', description: "A file's id, as GET /api/files lists it" }),
      { minItems: 1, maxItems: 10_000, uniqueItems: true, description: 'The files to load in one transaction' },
    ),
  },
  { additionalProperties: false },
);
export type FileTaskInput = Static<typeof FileTaskInput>;

const Count = (description: string) => Type.Integer({ minimum: 0, description });

/** The output of every task that loads files. */
export const FileTaskOutput = Type.Object({
  files: Count('Files given to the run'),
  loaded: Count('Files whose rows were written'),
  duplicates: Count('Files whose bytes were loaded already'),
  quarantined: Count('Files that could not be loaded; each has its reason'),
  changed: Count('Files that changed while they were read, and went back to arriving'),
  replaced: Count('Older versions whose rows were taken away'),
  rows: Count('Rows written'),
  rejects: Count('Parts of loaded files that could not be taken, for example bad events'),
});
export type FileTaskOutput = Static<typeof FileTaskOutput>;
