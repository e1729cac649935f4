import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { sampleParquet } from '../helpers/inbox.js';
import { count, listFiles, statesByPath, waitUntilQuiet } from '../helpers/ledger.js';
import { withPlatform } from '../helpers/platform.js';
import { assertTruth } from '../helpers/truth.js';
import { waitFor } from '../helpers/wait.js';

/** Names that break careless paths, SQL, JSON and COPY. */
const oddNames = [
  '2023-01-01 00:00:00.parquet',
  "Robert'); DROP TABLE ops.file;--.parquet",
  '"quoted" \\back\\slash.parquet',
  'ärger 🚲 日本語.parquet',
  'tab\there, new\nline.parquet',
  '$1 %s {0} $(x) \\N.parquet',
  ' leading and trailing .parquet',
  '-rf.parquet',
  'UPPER.PARQUET',
];

test('files of any name are loaded, those of other kinds are listed as ignored, hidden ones and links are left alone', (t) =>
  withPlatform(t, 'postgres', {}, async ({ inbox, pool, start }) => {
    for (const [minute, name] of oddNames.entries()) await inbox.write(`${name} folder/${name}`, sampleParquet(minute));
    await inbox.write('notes.txt', 'read me');
    await inbox.write('data.json', '{}');
    await inbox.write('no extension', '');
    await inbox.write('.hidden.parquet', sampleParquet(100));
    await inbox.write('.folder/inside.parquet', sampleParquet(101));
    const outside = join(inbox.dir, '..', 'data');
    await writeFile(join(outside, 'outside.parquet'), sampleParquet(102));
    await symlink(join(outside, 'outside.parquet'), inbox.at('link.parquet'));
    await symlink(outside, inbox.at('linked folder'));
    await symlink(inbox.dir, inbox.at('circle'));
    await mkdir(inbox.at('folder.parquet'));
    await start();
    await waitUntilQuiet(pool, oddNames.length + 3);

    const states = await statesByPath(pool);
    for (const name of oddNames) assert.equal(states[`${name} folder/${name}`], 'loaded', name);
    const others = Object.entries(states).filter(([path]) => !path.includes('/'));
    assert.deepEqual(others.sort(), [
      ['data.json', 'ignored'],
      ['no extension', 'ignored'],
      ['notes.txt', 'ignored'],
    ]);
    assert.equal(Object.keys(states).length, oddNames.length + 3);
    assert.equal(await count(pool, 'SELECT count(*) FROM dwh.data_sample'), oddNames.length * 25);
    assert.equal((await listFiles(pool)).length, oddNames.length + 3);
    await assertTruth(pool);
  }));

test('names that are not UTF-8 are mentioned once in the log, readably, and the files beside them load', (t) =>
  withPlatform(t, 'postgres', {}, async ({ inbox, pool, start, process: find }) => {
    const latin1 = (name: string): Buffer => Buffer.from(join(inbox.dir, name), 'latin1');
    try {
      await writeFile(latin1('gr\u00fc\u00dfe\u001b.parquet'), sampleParquet(0));
    } catch {
      // macOS takes no such names.
      return t.skip('this file system has no names that are not UTF-8');
    }
    await mkdir(latin1('Stra\u00dfe'));
    await inbox.write('\ufffd.parquet', sampleParquet(1));
    await start();
    await waitUntilQuiet(pool, 1);
    const mentioned = (): string[] =>
      find('watcher')
        .lines()
        .filter((line) => line.includes('not UTF-8'));
    await waitFor('both are mentioned', async () => (mentioned().length >= 2 ? true : undefined));
    // Two further scans, shown by files without an event, mention them no more.
    for (const name of ['later-1.parquet', 'later-2.parquet']) {
      await inbox.write(name, sampleParquet(name.length));
      await waitUntilQuiet(pool, name.endsWith('1.parquet') ? 2 : 3);
    }
    const messages = mentioned().map((line) => (JSON.parse(line) as { msg: string }).msg);
    assert.deepEqual(messages.sort(), [
      'Stra\\xDFe is not seen: its name is not UTF-8; rename it',
      'gr\\xFC\\xDFe\\x1B.parquet is not seen: its name is not UTF-8; rename it',
    ]);
    assert.equal((await statesByPath(pool))['\ufffd.parquet'], 'loaded');
  }));
