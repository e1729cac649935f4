import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { withMillrace } from 'millrace/testing';

test('measurements are loaded and summarised, and a broken file harms only itself', async () => {
  await withMillrace({ tasksDir: './tasks' }, async (millrace) => {
    await millrace.drop('weather_1.parquet', await readFile('fixtures/weather_1.parquet'));
    await millrace.drop('weather_2.parquet', 'this is no parquet');
    const [load] = await millrace.load();
    assert.deepEqual(
      load?.files.map((file) => [file.path, file.state]),
      [
        ['weather_1.parquet', 'loaded'],
        ['weather_2.parquet', 'quarantined'],
      ],
    );
    const rows = await millrace.rows('SELECT station, celsius FROM dwh.weather ORDER BY measured_at');
    assert.equal(rows[0]?.['celsius'], 11.5);
    const { output, log } = await millrace.run('summarise-weather', { station: 'north' });
    assert.deepEqual(output, { measurements: 2, celsius: 12 });
    assert.equal(log[0]?.message, 'looked at the measurements of north');
  });
});
