import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeFootages } from '#samples/recordings/footage.js';
import { sampleRecording } from '#samples/recordings/model.js';
import { labelRanking, matchingFrames } from '#samples/recordings/oracles.js';
import { openTaskRunner } from '../helpers/task-runner.js';
import { assertAccessible, withConsole } from './console-fixture.js';

const recordings = [0, 1, 2].map((index) => sampleRecording(index, 1));
const [first] = recordings;

const fitting = matchingFrames(recordings, {
  metrics: [{ metric: 'speed', fits: (value) => value > 20 }],
  labels: [{ label: 'pedestrian', fits: (certainty) => certainty >= 0.2 }],
});

test('a person goes through the frames of a recording, and finds frames by questions', (t) =>
  withConsole(t, async ({ page, api, open }) => {
    const runner = await openTaskRunner({ url: api.url, pool: api.pool }, api.inbox, {});
    try {
      for (const recording of recordings) {
        const { drive, footages, labels, sensors } = recording;
        const text = JSON.stringify({ recording: drive, footages, labels, sensors });
        const id = await runner.drop('recordings', `recording_${drive.id}.json`, Buffer.from(text));
        assert.equal((await runner.run('load-recordings', { files: [id] })).state, 'succeeded');
        await writeFootages(api.deps.config.footageDir, recording);
      }
    } finally {
      await runner.close();
    }
    assert.ok(first && fitting.length > 1);
    const { drive, footages } = first;
    const front = footages.find(({ footage_type: type }) => type === 'front');
    assert.ok(front);

    await open('/datasets/recording', 'recording');
    await page.getByRole('combobox', { name: 'Location' }).click();
    await page.getByRole('option', { name: drive.location }).click();
    const ofLocation = page.getByRole('button', { name: new RegExp(`^Take the filter Location ${drive.location} `) });
    await ofLocation.waitFor();
    await page.getByRole('table', { name: 'Recordings' }).getByRole('link', { name: drive.id }).click();
    await page.getByRole('link', { name: 'All recordings' }).click();
    await ofLocation.waitFor();
    await page.getByRole('table', { name: 'Recordings' }).getByRole('link', { name: drive.id }).click();
    await page.getByRole('img', { name: `First frame of ${front.id}` }).waitFor();
    await assertAccessible(page);
    await page.getByRole('link', { name: `First frame of ${front.id}` }).click();

    const frame = (index: number) => page.getByRole('img', { name: `Frame ${index} of ${front.id}`, exact: true });
    await frame(0).waitFor();
    await page.getByRole('img', { name: new RegExp(`^Along ${front.id}: acceleration, speed; labels `) }).waitFor();
    await page.getByRole('heading', { level: 1 }).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await frame(2).waitFor();
    // One mark goes through all tracks.
    await page.locator('line[data-mark="2"]').waitFor({ state: 'attached' });
    await page.waitForURL((url) => url.searchParams.get('frame') === '2');
    await page.keyboard.press('End');
    await frame(front.frames - 1).waitFor();
    assert.equal(await page.getByRole('slider', { name: 'Frame' }).inputValue(), String(front.frames - 1));
    await page.getByRole('slider', { name: 'Frame' }).fill('1');
    await frame(1).waitFor();
    // Another camera shows the same second.
    await page.waitForURL((url) => url.searchParams.get('frame') === '1');
    await page.getByText('back', { exact: true }).click();
    const back = footages.find(({ footage_type: type }) => type === 'back');
    await page.getByRole('img', { name: `Frame 1 of ${back?.id}`, exact: true }).waitFor();
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await page.getByRole('img', { name: `Frame 3 of ${back?.id}`, exact: true }).waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.emulateMedia({ colorScheme: 'dark' });
    await assertAccessible(page);

    await page.getByRole('tab', { name: 'Questions' }).click();
    await page.getByRole('link', { name: 'Frames that fit conditions' }).waitFor();
    await page.getByRole('button', { name: 'Add a condition on a metric' }).click();
    await page.getByRole('combobox', { name: 'metric of condition 1' }).click();
    await page.getByRole('option', { name: 'speed' }).click();
    const ask = page.getByRole('button', { name: 'Ask', exact: true });
    assert.ok(await ask.isDisabled());
    await page.getByText('Each condition needs a name and a number.').waitFor();
    await page.getByRole('combobox', { name: 'Comparison of condition 1' }).click();
    await page.getByRole('option', { name: '>', exact: true }).click();
    const speed = page.getByRole('spinbutton', { name: 'Number of condition 1' });
    await speed.fill('20');
    // What is written and not asked yet is there after a reload, too.
    await page.reload();
    await speed.waitFor();
    assert.equal(await speed.inputValue(), '20');
    await page.getByRole('button', { name: 'Add a condition on a label' }).click();
    const recognised = page.getByRole('group', { name: 'Recognised' });
    await recognised.getByRole('combobox', { name: 'label of condition 1' }).click();
    await page.getByRole('option', { name: 'pedestrian' }).click();
    await recognised.getByRole('spinbutton').fill('0.2');
    await recognised.getByRole('spinbutton').press('Enter');
    const found = page.getByRole('region', { name: 'Frames that fit', exact: true });
    await found.getByText(`${fitting.length} shown, that is all`).waitFor();
    assert.equal(await found.getByRole('img').count(), fitting.length);
    assert.equal(new URL(page.url()).searchParams.get('metrics'), 'speed>20');
    await assertAccessible(page);

    // Question and answer are there again when one comes back from a frame.
    const [one] = fitting;
    await found.getByRole('link').first().click();
    await page.getByRole('img', { name: `Frame ${one?.index} of ${one?.footage}`, exact: true }).waitFor();
    await page.goBack();
    await found.getByText(`${fitting.length} shown, that is all`).waitFor();

    await page.getByRole('link', { name: 'Recordings with the most labels' }).click();
    const [best] = labelRanking(recordings, 0.6);
    const ranking = page.getByRole('table', { name: 'Recordings with the most labels' });
    await ranking
      .getByRole('row', { name: `${best?.recording} ` })
      .getByRole('cell', { name: String(best?.labels), exact: true })
      .waitFor();
    await page.getByRole('link', { name: 'Statistics of any metric' }).click();
    const stats = page.getByRole('table', { name: 'Figures of sensor values' });
    await stats.getByRole('row', { name: /^speed / }).waitFor();
    await page.getByRole('textbox', { name: 'Percentiles' }).fill('50,200x');
    assert.ok(await ask.isDisabled());
    await page.getByRole('textbox', { name: 'Percentiles' }).fill('50,95');
    await ask.click();
    await stats.getByRole('columnheader', { name: '95 %' }).waitFor();
    // A table that is wider than the window has no links here: the keyboard scrolls it all the same.
    const size = page.viewportSize();
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole('group', { name: 'Figures of sensor values, to be scrolled' }).waitFor();
    await assertAccessible(page);
    if (size) await page.setViewportSize(size);

    // Without frames one still goes along what was measured.
    await page.route(`**/api/footages/${front.id}`, async (route) => {
      const answer = await route.fetch();
      await route.fulfill({
        response: answer,
        json: { ...(await answer.json()), container: null, fault: 'It is gone.' },
      });
    });
    await open(`/datasets/recording?view=frames&footage=${front.id}`, 'recording');
    await page.getByText('It is gone.').waitFor();
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await page.getByText(/frame [1-9]\d* \(0 to/).waitFor();
  }));
