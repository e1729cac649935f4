import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coverImageDays } from '#database/images/days.js';
import { writeImages } from '#database/images/rows.js';
import { transaction } from '#database/pool.js';
import { withTaskRunner } from '../../../test/helpers/task-runner.js';

const face = { x: 1, y: 1, width: 9, height: 9, score: 0.9, landmarks: {} };
const image = (id: number, importDate: string, faces: number, width = 612) => ({
  ...{ fileId: BigInt(id), importDate, name: `${id}`, md5: 'd'.repeat(32), sha256: 'e'.repeat(64), width, height: 408 },
  ...{ format: 'jpeg', model: 'm@1', threshold: 0.5, faces: Array(faces).fill(face) },
});

test('figures of a day, of several and of all', () =>
  withTaskRunner({}, async ({ run, start, pool }) => {
    await coverImageDays(pool, ['2022-07-10', '2022-07-11']);
    const images = [image(1, '2022-07-10', 3), image(2, '2022-07-10', 0), image(3, '2022-07-10', 3, 408)];
    await transaction(pool, (tx) => writeImages(tx, [...images, image(4, '2022-07-11', 1)]));

    const { output } = await run('summarize-images', { impDate: '2022-07-10' });
    assert.deepEqual(output, {
      ...{ images: 3, faces: 6, meanFaces: 2 },
      facesPerImage: [
        { faces: 0, images: 1, percent: 33.33 },
        { faces: 3, images: 2, percent: 66.67 },
      ],
      moreFaces: { faces: 0, images: 0, percent: 0 },
      sizes: [
        { width: 612, height: 408, images: 2, percent: 66.67, meanFaces: 1.5 },
        { width: 408, height: 408, images: 1, percent: 33.33, meanFaces: 3 },
      ],
      widths: output?.['widths'],
      heights: [{ from: 408, to: 408, images: 3 }],
    });
    const widths: { images: number }[] = JSON.parse(JSON.stringify(output?.['widths']));
    assert.equal(
      widths.reduce((sum, each) => sum + each.images, 0),
      3,
    );
    const of = async (input: object): Promise<unknown> => (await run('summarize-images', input)).output?.['images'];
    assert.equal(await of({}), 4);
    assert.equal(await of({ from: '2022-07-11' }), 1);
    assert.equal(await of({ to: '2022-07-09' }), 0);
    await assert.rejects(
      start('summarize-images', { impDate: '2022-07-10', from: '2022-07-10' }),
      /either impDate or from and to/,
    );
  }));
