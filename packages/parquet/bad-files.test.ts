import assert from 'node:assert/strict';
import { type FileHandle, open, truncate } from 'node:fs/promises';
import { test } from 'node:test';
import type { SchemaElement } from 'hyparquet';
import { BadInputError, FileChangedError } from '#contracts/errors.js';
import { dataSampleBytes } from '#samples/parquet.js';
import { openParquet } from './open-parquet.js';
import { dictionaryFile, plainFile } from './other-writer.fixture.js';
import {
  day,
  minute,
  pageMemory,
  readRows,
  rowsOf,
  sampleRows,
  soundColumns,
  text,
  time,
  withColumn,
  withFile,
  write,
} from './sample-file.fixture.js';

async function readAll(handle: FileHandle, size: number): Promise<void> {
  const file = await openParquet(handle, size, sampleRows, { memory: pageMemory });
  await rowsOf(file);
  await file.spans();
}

async function refused(bytes: Uint8Array, code: string, message: RegExp): Promise<void> {
  const read = withFile(bytes, (handle) => readAll(handle, bytes.length));
  await assert.rejects(read, (error) => {
    assert.ok(error instanceof BadInputError, `expected a BadInputError, got ${String(error)}`);
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return true;
  });
}

test('what is no parquet file is distinguished from what was cut off', async () => {
  const whole = dataSampleBytes({ minute: new Date(0), seed: 1, rows: 100 });
  await refused(new Uint8Array(0), 'empty', /0 bytes/);
  await refused(Buffer.from('department_name,sensor_serial\n'), 'not-parquet', /begin with "PAR1", found "depa"/);
  await refused(Buffer.from('PA'), 'truncated', /cut off/);
  await refused(whole.subarray(0, whole.length / 2), 'truncated', /do not end with "PAR1".*copy the file again/);
  await refused(whole.subarray(0, whole.length - 1), 'truncated', /cut off/);
  await refused(Buffer.concat([whole.subarray(0, 4), whole.subarray(-8)]), 'corrupt', /footer/);
});

test('missing columns and wrong types are named with what was expected and found', async () => {
  const columns = soundColumns();
  columns.delete('product_name');
  columns.set('price', { element: text('price'), data: ['1', '2', '3'] });
  await refused(
    write(columns),
    'missing-column',
    /column product_name is missing; expected department_name,.*found department_name, sensor_serial, create_at, product_expire, price/,
  );
  const double: SchemaElement = { name: 'create_at', type: 'DOUBLE', repetition_type: 'OPTIONAL' };
  await refused(write(withColumn('create_at', [1.5], double)), 'wrong-type', /create_at is DOUBLE, expected INT64/);
  const bare: SchemaElement = { name: 'create_at', type: 'INT64', repetition_type: 'OPTIONAL' };
  await refused(
    write(withColumn('create_at', [1n], bare)),
    'wrong-type',
    /create_at is INT64, expected INT64 \(TIMESTAMP/,
  );
  await refused(
    write(withColumn('product_name', [1n], time('product_name'))),
    'wrong-type',
    /INT64 \(TIMESTAMP\), expected BYTE_ARRAY/,
  );
});

test('a value that its column cannot take is named with column and row', async () => {
  const bad = (name: string, value: unknown) => {
    const sound = soundColumns(9).get(name)?.data ?? [];
    return write(withColumn(name, [...sound, value]));
  };
  await refused(
    bad('department_name', 'x'.repeat(33)),
    'bad-value',
    /department_name in row 9 .*has 33 characters, expected at most 32/,
  );
  await refused(bad('sensor_serial', 'x'.repeat(1000)), 'bad-value', /sensor_serial in row 9 .*has 1000 bytes/);
  await refused(bad('product_name', 'a\0'), 'bad-value', /product_name in row 9 .*U\+0000/);
  await refused(bad('create_at', null), 'bad-value', /create_at in row 9 .*no value/);
  await refused(
    bad('product_expire', 9_000_000_000_000_000_000n),
    'bad-value',
    /product_expire in row 9 .*years 1 to 9999/,
  );
  const invalid = withColumn('product_name', [Buffer.from([0x61, 0xff])]);
  await refused(write(invalid), 'bad-value', /product_name in row 0 .*UTF-8/);
});

test('characters are counted, not bytes', async () => {
  const name = 'é😀'.repeat(8);
  const [row] = await readRows(write(withColumn('product_name', [name])));
  assert.equal(row?.[3], name);
  await refused(write(withColumn('product_name', [`${name}é`])), 'bad-value', /has 17 characters/);
});

test('more than a year of days is refused', async () => {
  const days = Array.from({ length: 367 }, (_, i) => minute + BigInt(i) * day);
  await refused(write(withColumn('create_at', days)), 'too-many-days', /more than 366 days/);
});

test('damaged bytes anywhere are bad input or still sound, and nothing else', async () => {
  for (const bytes of [dictionaryFile, plainFile, write(soundColumns(50), { pageSize: 100 })]) {
    await withFile(bytes, async (_handle, path) => {
      const handle = await open(path, 'r+');
      for (let at = 0; at < bytes.length; at += 5) {
        for (const value of [0, 0xff]) {
          await handle.write(Uint8Array.of(value), 0, 1, at);
          await readAll(handle, bytes.length).catch((error: unknown) => {
            assert.ok(error instanceof BadInputError, `byte ${at} as ${value}: ${String(error)}`);
          });
        }
        await handle.write(bytes, at, 1, at);
      }
      await readAll(handle, bytes.length);
      await handle.close();
    });
  }
});

test('an error of the disk stays what it is, and a shrunken file is a changed file', async () => {
  const serials = Array.from({ length: 20_000 }, (_, i) => String(i).padStart(64, 'x'));
  const bytes = write(withColumn('sensor_serial', serials), { codec: 'UNCOMPRESSED', rowGroupSize: 20_000 });
  assert.ok(bytes.length > 1_200_000, 'the file must be larger than what is read at once');
  await withFile(bytes, async (handle, path) => {
    const file = await openParquet(handle, bytes.length, sampleRows, { memory: pageMemory });
    await truncate(path, 100_000);
    await assert.rejects(rowsOf(file), FileChangedError);
    await assert.rejects(openParquet(handle, bytes.length, sampleRows, { memory: pageMemory }), FileChangedError);
  });
  const closed = await withFile(bytes, async (_handle, path) => {
    const handle = await open(path);
    const file = await openParquet(handle, bytes.length, sampleRows, { memory: pageMemory });
    await handle.close();
    return file;
  });
  await assert.rejects(rowsOf(closed), { code: 'EBADF' });
});
