import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { BrokenEvent } from '#events/found-events.js';
import { readEvents } from '#events/read-events.js';
import { objectsDetectionEvents, parseObjectsDetection } from '#tasks/load-objects-detection/parse.js';
import { bigEventLayouts, writeBigEvents } from './big-events.js';

let dir = '';
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-big-events-'));
});
after(() => rm(dir, { recursive: true, force: true }));

for (const layout of bigEventLayouts) {
  test(`a large file in the layout ${layout} has its size, and the events, rows and rejects that are said of it`, async () => {
    const path = join(dir, layout);
    const written = await writeBigEvents(path, { layout, bytes: 3_000_000, badShare: 0.05 });
    assert.equal((await stat(path)).size, written.bytes);
    assert.ok(written.bytes >= 3_000_000 && written.bytes < 3_001_000, `${written.bytes} bytes`);
    assert.ok(written.rejects > 0.03 * written.events && written.rejects < 0.07 * written.events);
    const seen = { bytes: written.bytes, events: 0, rows: 0, rejects: 0 };
    const vehicles = new Set<string>();
    for await (const events of readEvents(createReadStream(path), objectsDetectionEvents)) {
      for (const { value } of events) {
        const parsed = value instanceof BrokenEvent ? value : parseObjectsDetection(value, 0);
        seen.events += 1;
        if ('reject' in parsed) seen.rejects += 1;
        else seen.rows += parsed.rows.length;
        if ('rows' in parsed && parsed.rows[0]) vehicles.add(parsed.rows[0].vehicleId);
      }
    }
    assert.deepEqual(seen, written);
    assert.ok(vehicles.size > 0.8 * written.events, 'each event has a vehicle of its own');
  });
}

test('the same seed gives the same file, another seed another', async () => {
  const options = { layout: 'array', bytes: 20_000, badShare: 0.1 } as const;
  await writeBigEvents(join(dir, 'a'), options);
  await writeBigEvents(join(dir, 'b'), options);
  await writeBigEvents(join(dir, 'c'), { ...options, seed: 2 });
  const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((name) => readFile(join(dir, name), 'utf8')));
  assert.equal(a, b);
  assert.notEqual(a, c);
});
