import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from 'typebox';
import { component } from './component.js';
import { Components } from './components.js';

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test('a named schema is gathered once and referred to wherever it stands, also within another', () => {
  const components = new Components();
  const Worker = Type.Object({ id: Type.String() }, component('Worker', 'A worker'));
  const Run = Type.Object({ by: Type.Array(Worker), or: Type.Union([Worker, Type.Null()]) }, component('Run'));
  assert.deepEqual(components.refer({ content: { json: { schema: Run } } }), {
    content: { json: { schema: { $ref: '#/components/schemas/Run' } } },
  });
  components.refer(Type.Array(Worker));
  const worker = { $ref: '#/components/schemas/Worker' };
  assert.deepEqual(plain(components.schemas), {
    Run: {
      type: 'object',
      required: ['by', 'or'],
      properties: { by: { type: 'array', items: worker }, or: { anyOf: [worker, { type: 'null' }] } },
    },
    Worker: { type: 'object', required: ['id'], properties: { id: { type: 'string' } }, description: 'A worker' },
  });
  assert.equal(Worker.properties.id.type, 'string', 'the schema itself stays as it is');
});

test('two schemas that differ cannot have one name', () => {
  const components = new Components();
  components.refer(Type.Object({ id: Type.String() }, component('Run')));
  components.refer(Type.Object({ id: Type.String() }, component('Run')));
  assert.throws(() => components.refer(Type.Object({ id: Type.Integer() }, component('Run'))), /name Run, got two/);
});
