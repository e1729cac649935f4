import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { temporaryFolder } from '../testing/images.js';
import { RenderedImages } from './rendered-images.js';

async function openImages(test: TestContext): Promise<RenderedImages> {
  const cache = {
    folder: await temporaryFolder(test),
    maxBytes: 1_000,
    onError: (error: unknown) => assert.fail(String(error)),
  };
  const images = new RenderedImages({
    cache,
    renderer: { render: async () => Buffer.from('unused'), close: async () => {} },
  });
  test.after(() => images.close());
  return images;
}

test('those who ask for the same image while it is rendered share it, those who ask later find it kept', async (t) => {
  const images = await openImages(t);
  let rendered = 0;
  const render = async () => {
    rendered += 1;
    return Buffer.from(`image ${rendered}`);
  };
  const together = await Promise.all([images.get('a', render), images.get('a', render), images.get('b', render)]);
  const texts = [...together, await images.get('a', render)].map((bytes) => Buffer.from(bytes).toString());
  assert.equal(rendered, 2);
  assert.deepEqual([texts[0] === texts[1], texts[0] === texts[3], texts[0] === texts[2]], [true, true, false]);
});

test('a failure is for those who asked meanwhile, and the next one is a new try', async (t) => {
  const images = await openImages(t);
  const fail = () => Promise.reject(new Error('not now'));
  const outcomes = await Promise.allSettled([images.get('a', fail), images.get('a', fail)]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  assert.equal(Buffer.from(await images.get('a', async () => Buffer.from('now'))).toString(), 'now');
});
