import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTaskRunner } from '../helpers/task-runner.js';
import { assertAccessible, withConsole } from './console-fixture.js';

const day = '2022-06-05T';
const [calm, crashed, parked] = ['a-calm-vehicle', 'a-crashed-vehicle', 'a <b>parked</b> one'];

const detections = JSON.stringify({
  objects_detection_events: [
    {
      vehicle_id: calm,
      detection_time: `${day}21:02:34.546Z`,
      detections: [
        { object_type: 'pedestrians', object_value: 3 },
        { object_type: 'cars', object_value: 2 },
        { object_type: 'signs', object_value: 3 },
      ],
    },
    { vehicle_id: calm, detection_time: `${day}21:05:20Z`, detections: [{ object_type: 'cars', object_value: 4 }] },
    {
      vehicle_id: crashed,
      detection_time: '2022-06-07T21:11:35.567Z',
      detections: [{ object_type: 'trucks', object_value: 5 }],
    },
  ],
});

const statusFile = (reports: readonly (readonly [string, string, string])[]): string =>
  JSON.stringify({
    vehicle_status: reports.map(([vehicle_id, report_time, status]) => ({ vehicle_id, report_time, status })),
  });

test('a person sees what was detected when, narrows it, and finds the vehicles in accident and their history', (t) =>
  withConsole(t, async ({ page, api, open }) => {
    const runner = await openTaskRunner({ url: api.url, pool: api.pool }, api.inbox, {});
    const load = async (source: 'objects-detection' | 'vehicle-status', path: string, text: string): Promise<void> => {
      const id = await runner.drop(source, path, Buffer.from(text));
      assert.equal((await runner.run(`load-${source}`, { files: [id] })).state, 'succeeded');
    };
    try {
      await load('objects-detection', 'objects_detection_1.json', detections);
      await load(
        'vehicle-status',
        'vehicles_status_1.json',
        statusFile([
          [calm, `${day}08:00:00Z`, 'parking'],
          [calm, `${day}09:00:00Z`, 'driving'],
          [crashed, `${day}10:00:00Z`, 'driving'],
          [crashed, `${day}11:00:00Z`, 'accident'],
          [parked, `${day}12:00:00Z`, 'parking'],
        ]),
      );

      await open('/datasets/objects-detection', 'objects-detection');
      const drawing = (name: RegExp) => page.getByRole('img', { name });
      await drawing(/^Objects by type and hour: 17 objects in .*cars 6/).waitFor();
      await drawing(/^Objects by type on 2022-06-07: trucks type: 5 objects$/).waitFor();
      await page.getByText('Reports', { exact: true }).click();
      await drawing(/^Reports by type and hour: 5 reports/).waitFor();
      await assertAccessible(page);

      await page.getByRole('button', { name: 'The day before that has detections' }).click();
      await drawing(/^Reports by type on 2022-06-05: cars type: 2 reports; /).waitFor();
      await page
        .getByRole('region', { name: 'Reports by type on 2022-06-05' })
        .locator('rect')
        .first()
        .click({ force: true });
      await page.getByRole('button', { name: 'Take the filter Type of object cars away' }).waitFor();
      await drawing(/^Reports by type and minute: 2 reports|^Reports by type and hour: 2 reports/).waitFor();
      assert.equal(new URL(page.url()).searchParams.get('objectType'), 'cars');
      await page.goBack();
      await drawing(/^Reports by type and hour: 5 reports/).waitFor();

      await page.getByRole('tab', { name: 'Vehicles' }).click();
      const accidents = page.getByRole('region', { name: 'In accident now' });
      await accidents.getByRole('link', { name: crashed }).waitFor();
      await drawing(/^Vehicles by their latest status: .*accident status: 1 vehicles/).waitFor();
      const table = page.getByRole('table', { name: 'Vehicles' });
      // Names are text, whatever is in them.
      await table.getByRole('link', { name: parked }).waitFor();
      await page.emulateMedia({ colorScheme: 'dark' });
      await assertAccessible(page);

      await accidents.getByRole('link', { name: crashed }).click();
      await page.getByRole('heading', { name: crashed }).waitFor();
      await drawing(/^Statuses along time: 2 times of accident, driving/).waitFor();
      const rows = page.getByRole('table', { name: 'History of a vehicle' });
      await rows.getByText('5 trucks').waitFor();
      await page.getByText('Statuses', { exact: true }).click();
      await rows.getByText('5 trucks').waitFor({ state: 'detached' });
      assert.deepEqual(await rows.getByRole('row').count(), 3);
      await page.reload();
      await rows.getByText('accident').waitFor();
      assert.deepEqual(await rows.getByRole('row').count(), 3);
      await assertAccessible(page);

      // A time of a status has the reports of it alone.
      await page.getByRole('region', { name: 'Statuses along time' }).locator('rect[rx="2"]').first().click();
      await rows.getByText('accident').waitFor({ state: 'detached' });
      await rows.getByText('driving').waitFor();

      await page.getByRole('link', { name: 'All vehicles' }).click();
      await accidents.getByRole('link', { name: crashed }).waitFor();
      // The filters of the list are there again when one comes back from a vehicle.
      await page.getByRole('combobox', { name: 'Status', exact: true }).click();
      await page.getByRole('option', { name: 'parking' }).click();
      await page.getByRole('button', { name: 'Take the filter Status parking away' }).waitFor();
      await table.getByRole('link', { name: parked }).click();
      await page.getByRole('link', { name: 'All vehicles' }).click();
      await page.getByRole('button', { name: 'Take the filter Status parking away' }).click();
      await load('vehicle-status', 'vehicles_status_2.json', statusFile([[crashed, `${day}23:00:00Z`, 'driving']]));
      // Without a reload: the page hears of the load.
      await accidents.getByText('No vehicle is in accident').waitFor();
    } finally {
      await runner.close();
    }
  }));
