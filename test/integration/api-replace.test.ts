import assert from 'node:assert/strict';
import { readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { seedContent } from './api-content-fixture.js';
import { type Answer, type TestApi, withApi } from './api-fixture.js';

const boundary = 'millraceboundary';
const part = (filename: string, content: string) =>
  `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${filename}"\r\n\r\n${content}\r\n`;

const replace = (api: TestApi, id: string, parts: string[], more = ''): Promise<Answer> =>
  api.ask(`/api/files?replaces=${id}${more}`, {
    method: 'POST',
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: `${parts.join('')}--${boundary}--\r\n`,
  });

const quarantined = { state: 'quarantined', code: 'BadInput', reason: 'no JSON' };

test('an upload takes the place of a quarantined file, whatever its own name, and who did it is recorded', () =>
  withApi(async (api) => {
    const id = await seedContent(api, 'day/bad.json', 'broken', quarantined);
    const { status, body } = await replace(api, id, [part('mended (1).json', '[]')]);
    assert.equal(status, 201, JSON.stringify(body));
    assert.deepEqual(body, { items: [{ path: 'day/bad.json', size: 2 }] });
    assert.equal(await readFile(join(api.inbox, 'day/bad.json'), 'utf8'), '[]');
    assert.deepEqual(await readdir(join(api.inbox, 'day')), ['bad.json']);
    assert.deepEqual(await readdir(join(api.inbox, '.uploads')), []);
    const actions = await api.ask(`/api/actions?action=replace-file&subject=file:${id}`);
    assert.deepEqual(
      actions.body.items.map((each: Answer['body']) => [each.caller, each.status, each.detail]),
      [['local', 201, { path: 'day/bad.json', size: 2 }]],
    );
  }));

test('a file that was taken away from the inbox gets its place back', () =>
  withApi(async (api) => {
    const id = await seedContent(api, 'bad.json', 'broken', quarantined);
    await rm(join(api.inbox, 'bad.json'));
    assert.equal((await replace(api, id, [part('a.json', '[]')])).status, 201);
    assert.equal(await readFile(join(api.inbox, 'bad.json'), 'utf8'), '[]');
  }));

test('what has changed since, in the ledger or on the disk, is not replaced', () =>
  withApi(async (api) => {
    const answers = async (id: string, parts = [part('a.json', '[]')], more = ''): Promise<[number, string]> => {
      const { status, body } = await replace(api, id, parts, more);
      return [status, body.code];
    };
    const old = await seedContent(api, 'two.json', 'first', { version: 1, current: false, state: 'superseded' });
    await seedContent(api, 'two.json', 'second', { version: 2 });
    assert.deepEqual(await answers(old), [409, 'wrong-state']);
    assert.equal(await readFile(join(api.inbox, 'two.json'), 'utf8'), 'second');

    const changed = await seedContent(api, 'changed.json', 'broken', quarantined);
    await writeFile(join(api.inbox, 'changed.json'), 'mended by hand');
    assert.deepEqual(await answers(changed), [409, 'file-changed']);
    assert.equal(await readFile(join(api.inbox, 'changed.json'), 'utf8'), 'mended by hand');
    const touched = await seedContent(api, 'touched.json', 'broken', quarantined);
    await utimes(join(api.inbox, 'touched.json'), 1, 1);
    assert.deepEqual(await answers(touched), [409, 'file-changed']);

    const id = await seedContent(api, 'bad.json', 'broken', quarantined);
    assert.deepEqual(await answers('999999'), [404, 'not-found']);
    assert.deepEqual(await answers('x'), [422, 'invalid-request']);
    assert.deepEqual(await answers(id, [part('a', '1'), part('b', '2')]), [422, 'invalid-request']);
    assert.deepEqual(await answers(id, []), [422, 'invalid-request']);
    assert.deepEqual(await answers(id, undefined, '&folder=x'), [422, 'invalid-request']);
    assert.deepEqual(await answers(id, undefined, '&overwrite=true'), [422, 'invalid-request']);
    assert.equal(await readFile(join(api.inbox, 'bad.json'), 'utf8'), 'broken');
    assert.deepEqual(await readdir(join(api.inbox, '.uploads')), []);
  }));

test('of many who replace the same version at the same time exactly one does', () =>
  withApi(async (api) => {
    const id = await seedContent(api, 'bad.json', 'broken', quarantined);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => replace(api, id, [part('a.json', `[${n},"mended"]`)])),
    );
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, ...Array<number>(7).fill(409)]);
    const winner = answers.findIndex(({ status }) => status === 201);
    assert.equal(await readFile(join(api.inbox, 'bad.json'), 'utf8'), `[${winner},"mended"]`);
    const { body } = await api.ask('/api/actions?action=replace-file');
    assert.deepEqual(new Set(body.items.map((each: Answer['body']) => each.status)), new Set([201, 409]));
  }));
