import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { BLAZEFACE_NAMES, countAnchors } from './blazeface-shape.js';
import { convertBlazeface } from './convert-blazeface.js';
import { builtInModels } from './folders.js';
import { blazefaceFromNpm } from './npm-blazeface.js';
import { sha256Of } from './store.js';
import { convolutionWeights, depthwiseWeights } from './weight-layout.js';

const models = new URL('../models/', import.meta.resolve('@vladmandic/human'));

test('the model in npm converts to the known bytes and takes any size of whole cells', async () => {
  const bytes = await blazefaceFromNpm('@vladmandic/human');
  const known = (await builtInModels()).find(({ definition }) => definition.decode === 'blazeface')?.definition.file;
  assert.deepEqual([bytes.length, sha256Of(bytes)], [known?.bytes, known?.sha256]);
  const session = await InferenceSession.create(bytes);
  for (const [width, height] of [
    [256, 256],
    [512, 352],
    [32, 64],
  ] as const) {
    const input = new Tensor('float32', new Float32Array(3 * width * height), [1, 3, height, width]);
    const outputs = await session.run({ [BLAZEFACE_NAMES.input]: input });
    const anchors = countAnchors(width, height);
    assert.deepEqual(outputs[BLAZEFACE_NAMES.scores]?.dims, [1, anchors, 1]);
    assert.deepEqual(outputs[BLAZEFACE_NAMES.boxes]?.dims, [1, anchors, 16]);
  }
});

test('another model than the known one is refused with what is wrong', async () => {
  const json = await readFile(new URL('blazeface.json', models), 'utf8');
  const bin = await readFile(new URL('blazeface.bin', models));
  assert.throws(() => convertBlazeface(json, bin.subarray(0, -4)), /weights end at byte/);
  assert.throws(() => convertBlazeface(json, Buffer.concat([bin, Buffer.alloc(4)])), /describes 538928 bytes/);
  assert.throws(() => convertBlazeface('{}', bin), /not a TensorFlow.js graph model/);
  assert.throws(() => convertBlazeface(json.replace('"MaxPool"', '"AvgPool"'), bin), /AvgPool .* is not covered/);
});

test('weights move from channels last to channels first', () => {
  const values = Float32Array.from({ length: 12 }, (_, index) => index);
  const [height, width, input, output] = [1, 2, 2, 3];
  const moved = convolutionWeights({ shape: [height, width, input, output], values });
  assert.deepEqual(moved.shape, [3, 2, 1, 2]);
  assert.deepEqual([...moved.values], [0, 6, 3, 9, 1, 7, 4, 10, 2, 8, 5, 11]);
  const depthwise = depthwiseWeights({ shape: [1, 2, 6, 1], values });
  assert.deepEqual([depthwise.shape, depthwise.groups], [[6, 1, 1, 2], 6]);
  assert.deepEqual([...depthwise.values], [0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11]);
});
