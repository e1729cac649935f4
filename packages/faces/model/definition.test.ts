import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { test } from 'node:test';
import { parseModelDefinition } from './definition.js';
import { faceModelName, makeFaceModel, withThreshold } from './face-model.js';
import { builtInModels, readLicenceText } from './folders.js';

const models = await builtInModels();
const [first] = models;
assert.ok(first);
const { definition } = first;

test('each built-in model bears its folder’s name and brings its licence’s text', async () => {
  for (const folder of models) {
    assert.equal(folder.definition.name, basename(folder.path));
    assert.ok(((await readLicenceText(folder)) ?? '').length > 500, folder.path);
  }
  assert.equal(new Set(models.map((model) => model.definition.file.name)).size, models.length);
});

test('a model.json at fault is refused with the field, what was expected and what came', () => {
  const violations: [unknown, RegExp][] = [
    [{ ...definition, decode: 'haar' }, /^decode: expected yunet or blazeface, got "haar"$/],
    [{ ...definition, decode: undefined }, /^decode: expected .* got nothing$/],
    [[], /^decode: expected/],
    [{ ...definition, title: '' }, /^title .*1 char.*, got ""$/],
    [{ ...definition, input: { ...definition.input, order: 'grb' } }, /input\.order .*, got "grb"/],
    [
      { ...definition, file: { ...definition.file, name: '../x.onnx' } },
      /file\.name must match .*, got "\.\.\/x\.onnx"/,
    ],
    [{ ...definition, file: { ...definition.file, from: [{ url: 'http://a' }] } }, /file\.from\.0/],
    [{ ...definition, search: {} }, /search must have required properties .*, got \{\}/],
    [{ ...definition, treshold: 1 }, /^treshold is not a known field$/],
  ];
  for (const [content, reason] of violations) {
    assert.throws(
      () => parseModelDefinition(JSON.stringify(content)),
      (error) => {
        assert.ok(error instanceof Error);
        assert.match(error.message, reason);
        return true;
      },
    );
  }
  assert.throws(() => parseModelDefinition('{'), /expected JSON/);
});

test('the stored name changes with what decides the result, and not with words or the order of fields', () => {
  const name = faceModelName(definition);
  const { threshold, file, ...rest } = definition;
  const same = [
    { ...definition, title: 'Another title' },
    { threshold: { ...threshold, method: 'Guessed.' }, file: { ...file, from: [], name: 'b.onnx' }, ...rest },
  ];
  for (const other of same) assert.equal(faceModelName(other), name);
  const others = [
    { ...definition, threshold: { ...threshold, score: threshold.score / 2 } },
    { ...definition, file: { ...file, sha256: '0'.repeat(64) } },
    { ...definition, input: { ...definition.input, padding: 7 } },
  ];
  assert.equal(new Set([name, ...others.map(faceModelName)]).size, 4);
});

test('a model with another threshold has another name, and with its own it is itself', () => {
  const model = makeFaceModel(definition, { path: '/a.onnx', origin: 'setting', why: '', setting: '/a.onnx' });
  assert.equal(withThreshold(model, model.threshold), model);
  const other = withThreshold(model, 0.123);
  assert.deepEqual([other.threshold, other.definition.threshold.score, other.path], [0.123, 0.123, model.path]);
  assert.notEqual(other.name, model.name);
});
