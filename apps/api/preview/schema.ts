import { Type } from 'typebox';
import { component } from '../http/openapi/component.js';
import { FileId, Nullable } from '../http/schemas.js';
import { previewKinds } from './kind.js';

const Text = Type.String();
const Bytes = (description: string) => Type.Number({ minimum: 0, description });

/** What of a file can be shown. */
export const PreviewSchema = Type.Object(
  {
    fileId: FileId,
    path: Type.String({ description: 'Below the inbox' }),
    size: Bytes('Bytes of the file'),
    kind: Type.Enum([...previewKinds], {
      description: 'By its first bytes where they say so, else by its name: a broken file is what it is meant to be',
    }),
    description: Nullable(Type.String({ description: 'Of kind other: what it seems to be, in words' })),
    problem: Nullable(
      Type.Object(
        { code: Type.String({ description: 'Kind of the problem, as codes of files' }), message: Text },
        { description: 'What is wrong with it: what was met as it was read, else what the ledger says' },
      ),
    ),
    image: Nullable(
      Type.Object(
        {
          width: Type.Integer({ description: 'Pixels of the image as shown' }),
          height: Type.Integer({ description: 'Pixels of the image as shown' }),
          links: Type.Object({
            self: Type.String({ description: 'Its record, with the faces' }),
            thumbnail: Text,
            annotated: Type.String({ description: 'The image with the faces drawn in' }),
          }),
        },
        { description: 'Of an image that is loaded' },
      ),
    ),
    table: Nullable(
      Type.Object(
        {
          rowCount: Type.Number({ description: 'Rows of the whole file' }),
          columnCount: Type.Integer({ description: 'Columns of the whole file' }),
          columns: Type.Array(
            Type.Object({
              name: Text,
              type: Type.String({ description: 'In the words of the format: INT64 (TIMESTAMP)' }),
              fault: Nullable(Type.String({ description: 'Why its values are not shown' })),
            }),
            { description: 'The first 100 columns' },
          ),
          rows: Type.Array(Type.Array(Nullable(Text)), {
            description:
              'The first 50 rows: a text of at most 200 characters for each column, null where there is no value',
          }),
        },
        { description: 'Of kind parquet' },
      ),
    ),
    text: Nullable(
      Type.Object(
        {
          content: Type.String({ description: 'The first 64 KiB; what is no UTF-8 stands there as U+FFFD' }),
          whole: Type.Boolean({ description: 'Whether that is all of the file' }),
        },
        { description: 'Of kinds json, csv and text' },
      ),
    ),
    fault: Nullable(
      Type.Object(
        {
          byte: Bytes('Position in the file, from 0'),
          line: Type.Number({ minimum: 1, description: 'From 1' }),
          column: Nullable(
            Type.Integer({
              minimum: 1,
              description: 'Character of the line, from 1; null in the middle of a long line',
            }),
          ),
          before: Type.String({ description: 'The text before it, 500 bytes at most' }),
          after: Type.String({ description: 'The text from it on, 500 bytes at most' }),
        },
        { description: 'Where the file is faulty, if its reason in the ledger says so' },
      ),
    ),
    archive: Nullable(
      Type.Object(
        {
          count: Nullable(Type.Number({ description: 'Entries of the whole archive' })),
          entries: Type.Array(
            Type.Object({ name: Text, size: Bytes('Bytes, unpacked'), storedSize: Bytes('Bytes, as stored') }),
            { description: 'The first 100' },
          ),
        },
        { description: 'Of kind zip' },
      ),
    ),
  },
  component('FilePreview', 'What of a file can be shown'),
);
