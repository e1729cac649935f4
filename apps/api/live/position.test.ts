import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutSnapshot, hasEnded, isWithin, type Snapshot, toSnapshot } from '#database/changes/snapshot.js';
import { compare, Ids, isAfter, maxOpen, type Position } from './position.js';

const ids = new Ids('a server');

test('an id is written in one way, read as it was, and short', () => {
  const many = Array.from({ length: maxOpen }, (_, n) => 10n ** 12n + BigInt(n * 3));
  const until = toSnapshot(10n ** 12n + 2_000n, many);
  const positions: Position[] = [
    { until: toSnapshot(790n, []), seconds: 0 },
    { until: toSnapshot(1_000_000n, [999_990n, 999_999n]), seconds: 1_795_352_302 },
    { until, seconds: 1_795_352_302, part: { from: toSnapshot(790n, [3n]), seconds: 5, table: 'log', id: 2n ** 62n } },
    { until, seconds: 1_795_352_302, part: { from: until, seconds: 6, table: 'run', id: 0n } },
  ];
  for (const position of positions) {
    const id = ids.write(position);
    assert.match(id, /^[\w.-]{10,6000}$/);
    assert.deepEqual(ids.read(id), position.part ? position : { until: position.until, seconds: position.seconds });
    assert.equal(new Ids('another').read(id), undefined);
    for (const bad of [`${id}A`, `${id}.`, id.slice(0, -1), `x${id}`, id.replace(/.$/, '~')]) {
      const read = ids.read(bad);
      assert.ok(read === undefined || ids.write(read) === bad, bad);
    }
  }
  assert.equal(ids.write({ until: toSnapshot(1_000_000n, [999_990n]), seconds: 1_795_352_302 }).length, 20);
});

/** A server whose transactions begin and end at random, and what it shows at each moment. */
function randomMoments(steps: number): { moments: Snapshot[]; end: bigint } {
  const open = new Set<bigint>();
  let next = 3n;
  const moments: Snapshot[] = [];
  for (let n = 0; n < steps; n++) {
    if (Math.random() < 0.55 || open.size === 0) open.add(next++);
    else open.delete([...open][Math.floor(Math.random() * open.size)] ?? 0n);
    // PostgreSQL's xmax is the one after the latest that has ended.
    const ended = [...Array(Number(next - 3n)).keys()].map((k) => BigInt(k) + 3n).filter((xid) => !open.has(xid));
    const end = (ended.at(-1) ?? 2n) + 1n;
    moments.push(
      toSnapshot(
        end,
        [...open].filter((xid) => xid < end).sort((a, b) => (a < b ? -1 : 1)),
      ),
    );
  }
  return { moments, end: next };
}

test('of two moments that were cut alike the earlier is within the later, and shows no more than it did', () => {
  const { moments, end } = randomMoments(160);
  const cut = moments.map((moment) => cutSnapshot(moment, 5));
  for (const [n, moment] of cut.entries()) {
    assert.ok(moment.open.length <= 5);
    const whole = moments[n];
    for (let xid = 3n; xid < end; xid++) {
      assert.ok(whole && (!hasEnded(moment, xid) || hasEnded(whole, xid)), 'what has not ended is never heard of');
    }
    for (const [m, other] of cut.entries()) {
      const shows = Array.from({ length: Number(end) }, (_, xid) => BigInt(xid));
      const really = shows.every((xid) => !hasEnded(moment, xid) || hasEnded(other, xid));
      assert.ok(really || !isWithin(moment, other), `${moment.text} in ${other.text}`);
      assert.ok(n > m || isWithin(moment, other), `${moment.text} before ${other.text}`);
    }
  }
});

test('after a position within a batch come the rest of the batch and all that was committed later', () => {
  const from = toSnapshot(10n, [7n]);
  const until = toSnapshot(13n, [11n]);
  const position: Position = { until, seconds: 1, part: { from, seconds: 1, table: 'file', id: 5n } };
  const rows = [
    ...[8n, 7n, 10n, 12n, 11n, 13n].flatMap((xid) =>
      (['run', 'file', 'log'] as const).flatMap((table) => [4n, 5n, 6n].map((id) => ({ table, id, xid }))),
    ),
  ];
  const after = rows.filter((row) => isAfter(position, row)).sort(compare);
  const inBatch = [7n, 10n, 12n];
  for (const row of rows) {
    const late = row.xid === 11n || row.xid === 13n;
    const rest = inBatch.includes(row.xid) && (row.table === 'log' || (row.table === 'file' && row.id > 5n));
    assert.equal(after.includes(row), late || rest, `${row.xid} ${row.table} ${row.id}`);
  }
});
