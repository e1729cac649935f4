import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { temporaryFolder } from '../testing/pictures.js';
import { Pictures } from './pictures.js';

async function openPictures(test: TestContext): Promise<Pictures> {
  const cache = {
    folder: await temporaryFolder(test),
    maxBytes: 1_000,
    onError: (error: unknown) => assert.fail(String(error)),
  };
  const pictures = new Pictures({
    cache,
    renderer: { render: async () => Buffer.from('unused'), close: async () => {} },
  });
  test.after(() => pictures.close());
  return pictures;
}

test('those who ask for the same picture while it is rendered share it, those who ask later find it kept', async (t) => {
  const pictures = await openPictures(t);
  let rendered = 0;
  const render = async () => {
    rendered += 1;
    return Buffer.from(`picture ${rendered}`);
  };
  const together = await Promise.all([pictures.get('a', render), pictures.get('a', render), pictures.get('b', render)]);
  const texts = [...together, await pictures.get('a', render)].map((bytes) => Buffer.from(bytes).toString());
  assert.equal(rendered, 2);
  assert.deepEqual([texts[0] === texts[1], texts[0] === texts[3], texts[0] === texts[2]], [true, true, false]);
});

test('a failure is for those who asked meanwhile, and the next one is a new try', async (t) => {
  const pictures = await openPictures(t);
  const fail = () => Promise.reject(new Error('not now'));
  const fates = await Promise.allSettled([pictures.get('a', fail), pictures.get('a', fail)]);
  assert.deepEqual(
    fates.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  assert.equal(Buffer.from(await pictures.get('a', async () => Buffer.from('now'))).toString(), 'now');
});
