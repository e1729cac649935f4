import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { flowTasks, withFlowApi } from '../integration/flow-fixture.js';
import { assertAccessible, withConsoleOf } from './console-fixture.js';

/** A task with a field of each kind. */
const kinds = {
  input: `{
    day: Type.String({ format: 'date', description: 'In UTC' }),
    at: Type.Optional(Type.String({ format: 'date-time' })),
    files: Type.Array(Type.String({ pattern: '^[1-9][0-9]*$' }), { minItems: 1 }),
    share: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    exact: Type.Optional(Type.Boolean({ default: true })),
    layer: Type.Optional(Type.Enum(['ods', 'dwd'])),
    ids: Type.Optional(Type.Array(Type.Integer())),
    limit: Type.Optional(Type.Union([Type.Integer({ minimum: 1 }), Type.Null()])),
    stops: Type.Optional(Type.Array(Type.Object({ name: Type.String({ minLength: 1 }), x: Type.Number() }))),
    notes: Type.Optional(Type.Record(Type.String(), Type.String())),
    rest: Type.Optional(Type.Unknown()),
  }, { additionalProperties: false }`,
  output: '{ seen: Type.Unknown() }',
  body: 'export const run = async (context, input) => ({ seen: input });',
  more: `check: ({ day }) => day === '2026-02-02' ? [{ path: '/day', message: 'must be a day with <b>rows</b>' }] : [],`,
};

const field = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true });

test('a task is started with a form: refused beside its fields, mended, nothing typed is lost, and the run is followed', (t) =>
  withFlowApi(t, 'postgres', { ...flowTasks, kinds }, (api) =>
    withConsoleOf(t, api, async ({ page, open, address }) => {
      await open('/tasks', 'Tasks');
      await page.getByRole('searchbox').fill('kin');
      await page.getByRole('link', { name: 'kinds' }).click();
      await page.getByRole('heading', { level: 1, name: 'kinds' }).waitFor();
      await field(page, 'files').fill('12\nabc');
      await page.getByText('Item 2 must be written like').waitFor();
      await field(page, 'share').fill('half');
      await page.getByText('must be a number').waitFor();
      await page.getByRole('button', { name: 'Start a run' }).click();
      await page.getByText('is needed').waitFor();
      assert.equal(await field(page, 'share').inputValue(), 'half');
      await assertAccessible(page);

      await page.reload();
      await field(page, 'share').fill('1e999');
      await page.getByText('must be a number that is kept as it is written: 1e999 would become Infinity').waitFor();
      await field(page, 'share').fill('0.50000000000000000001');
      await page.getByText('would become').waitFor({ state: 'detached' });
      assert.equal(await field(page, 'files').inputValue(), '12\nabc');
      await field(page, 'files').fill('12\n13');
      await page.getByLabel('day').fill('2026-02-02');
      await page.getByRole('combobox', { name: 'exact', exact: true }).click();
      await page.getByRole('option', { name: 'no', exact: true }).click();
      await page.getByRole('group', { name: 'stops' }).getByRole('button', { name: 'Add an item' }).click();
      await field(page, 'name').fill('<i>here</i>');
      await field(page, 'x').fill('12345678901234567890');
      await page.getByText('12345678901234567890 would become 12345678901234567000').waitFor();
      await field(page, 'x').fill('1.5');
      await page.getByRole('group', { name: 'limit' }).getByRole('combobox', { name: 'Kind of limit' }).click();
      await page.getByRole('option', { name: 'whole number' }).click();
      await page.getByRole('group', { name: 'limit' }).getByRole('textbox').last().fill('9007199254740993');
      await field(page, 'ids').fill('9007199254740991 9007199254740993');
      const words = 'must be a number that is kept as it is written: 9007199254740993 would become 9007199254740992';
      await page.getByText(`Item 2 ${words}`).waitFor();
      const ofLimit = page.getByRole('group', { name: 'limit' }).getByText(words);
      await ofLimit.waitFor();
      await page.getByRole('button', { name: 'Start a run' }).click();
      await page.getByRole('alert').getByText('/input/limit').first().waitFor();
      await ofLimit.waitFor();
      await page.reload();
      assert.equal(
        await page.getByRole('group', { name: 'limit' }).getByRole('textbox').last().inputValue(),
        '9007199254740993',
      );
      assert.equal(await field(page, 'ids').inputValue(), '9007199254740991, 9007199254740993');
      await field(page, 'ids').fill('9007199254740991 -1');
      await page.getByRole('group', { name: 'limit' }).getByRole('textbox').last().fill('3');
      await page.getByRole('button', { name: 'Start a run' }).click();
      // The task's own check, which only the server has; as text, not as HTML.
      await page.getByRole('listitem').getByText('must be a day with <b>rows</b>').waitFor();
      await page.getByLabel('day').fill('2026-02-03');
      await page.getByText('JSON', { exact: true }).click();
      const json = page.getByRole('textbox', { name: 'Input of kinds, as JSON' });
      const written = JSON.parse(await json.inputValue());
      await json.fill(`{\n"rest": 9007199254740993,\n${JSON.stringify(written).slice(1)}`);
      await page
        .getByText('This has a number in line 2 that is not kept as it is written: 9007199254740993 would become')
        .waitFor();
      assert.equal(await page.getByRole('button', { name: 'Start a run' }).isDisabled(), true);
      await json.fill(`${JSON.stringify({ ...written, rest: { any: [1] } })} and`);
      await page.getByText('This is not JSON yet').waitFor();
      assert.equal(await page.getByRole('button', { name: 'Start a run' }).isDisabled(), true);
      await json.fill(JSON.stringify({ ...written, rest: { any: [1] } }));
      await page.getByText('Form', { exact: true }).click();
      await page.getByRole('button', { name: 'Start a run' }).click();
      await page.locator('[data-state=succeeded]').waitFor();
      const { body } = await api.ask('/api/runs?task=kinds&include=input');
      assert.deepEqual(body.items[0].input, {
        day: '2026-02-03',
        files: ['12', '13'],
        share: 0.5,
        exact: false,
        ids: [9007199254740991, -1],
        limit: 3,
        stops: [{ name: '<i>here</i>', x: 1.5 }],
        rest: { any: [1] },
      });

      // What is no value yet goes as well when the form is emptied.
      await field(page, 'rest').fill('{ "any":');
      await page.getByText('is not JSON yet').waitFor();
      await field(page, 'rest').fill('{ "any": 9007199254740993 }');
      await page.getByText('has a number in line 1 that is not kept').waitFor();
      await field(page, 'rest').fill('{ "any":');
      await page.getByText('is not JSON yet').waitFor();
      assert.equal(await page.getByRole('button', { name: 'Start a run' }).isDisabled(), true);
      await page.getByRole('button', { name: 'Empty the form' }).click();
      await page.getByText('is not JSON yet').waitFor({ state: 'detached' });
      assert.equal(await field(page, 'rest').inputValue(), '');

      await page.getByRole('tab', { name: 'Runs' }).click();
      await page.getByRole('table').locator('[data-state=succeeded]').waitFor();
      await page.emulateMedia({ colorScheme: 'dark' });
      await assertAccessible(page);
      await page.goto(`${address}/tasks`);
      await page.getByRole('list', { name: 'Last runs of kinds, the newest last' }).getByRole('link').waitFor();
      await assertAccessible(page);
    }),
  ));

test('settings are changed, seen by others, restored; a task is paused and resumed', (t) =>
  withFlowApi(t, 'postgres', flowTasks, (api) =>
    withConsoleOf(t, api, async ({ page, open }) => {
      await open('/tasks/count?tab=settings', 'count');
      await field(page, 'runs at a time').fill('0');
      await page.getByText('must be 1 or more').waitFor();
      await field(page, 'runs at a time').fill('2');
      await field(page, 'Why').fill('the disk is slow');
      await page.getByRole('button', { name: 'Set', exact: true }).click();
      await page.getByText('“the disk is slow”').waitFor();
      await field(page, 'timeout (ms)').fill('5000');
      await api.ask('/api/tasks/count/settings', { method: 'PATCH', body: { priority: 7 } });
      await page.getByRole('button', { name: 'Set', exact: true }).click();
      await page.getByText('Somebody has changed the settings meanwhile').waitFor();
      assert.equal(await field(page, 'timeout (ms)').inputValue(), '5000');
      await page.getByRole('button', { name: 'Set mine on top of it' }).click();
      await page.getByRole('button', { name: 'Set', exact: true }).click();
      await page.getByRole('button', { name: 'Restore version 2' }).waitFor();
      assert.deepEqual((await api.ask('/api/tasks/count/settings')).body.set, {
        concurrency: 2,
        priority: 7,
        timeoutMs: 5000,
      });
      await page.getByRole('button', { name: 'Restore version 1' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click();
      await page.getByText('took over version 1 again').waitFor();
      assert.equal(await field(page, 'timeout (ms)').inputValue(), '');
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
      await page.getByRole('button', { name: 'Resume' }).waitFor();
      await assertAccessible(page);
      await page.getByRole('button', { name: 'Resume' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
      await page.getByRole('button', { name: 'Pause' }).waitFor();
    }),
  ));
