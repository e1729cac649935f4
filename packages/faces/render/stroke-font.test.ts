import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shorten, strokeText, textWidth } from './stroke-font.js';

test('draws every printable ASCII character with strokes of its own', () => {
  const unknown = strokeText('\u4e00', 0, 0, 6).path;
  const seen = new Map<string, string>();
  for (let code = 0x21; code < 0x7f; code += 1) {
    const character = String.fromCharCode(code);
    const { path, width } = strokeText(character, 0, 0, 6);
    assert.match(path, /^(M-?[\d.]+ [\d.]+(L[\d.]+ [\d.]+)*)+$/, character);
    assert.notEqual(path, unknown, character);
    assert.ok(width >= 0 && width <= 4, `${character} is ${width} wide`);
    assert.equal(seen.get(path), undefined, `${character} looks like ${seen.get(path)}`);
    seen.set(path, character);
  }
});

test('letters with accents are drawn without them, other scripts as boxes', () => {
  assert.equal(strokeText('Zoë', 0, 0, 6).path, strokeText('Zoe', 0, 0, 6).path);
  assert.equal(strokeText('日', 0, 0, 6).path, strokeText('本', 0, 0, 6).path);
});

test('markup in a name does not come through', () => {
  assert.doesNotMatch(strokeText('"/><script>alert(1)</script>', 0, 0, 12).path, /[^ML\d. -]/);
});

test('shortens a name in its middle, and only when it has to', () => {
  const name = 'a-very-long-name-of-a-image-from-the-camera-0001.jpg';
  assert.equal(shorten(name, 12, 10_000), name);
  const short = shorten(name, 12, 200);
  assert.ok(textWidth(short, 12) <= 200);
  assert.match(short, /^a-very.*…0?.*01\.jpg$/);
  assert.equal(shorten(name, 12, 3), '');
  assert.equal(textWidth('', 12), 0);
});
