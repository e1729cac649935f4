import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { SerialProcessError } from '#faces/children/serial-process.js';
import { writeFootages } from '#samples/recordings/footage.js';
import { frameJpeg, frameSize, isFrame } from '#samples/recordings/frame-image.js';
import { hdf5Bytes } from '#samples/recordings/hdf5.js';
import { sampleRecording } from '#samples/recordings/model.js';
import { zipBytes } from '#samples/recordings/zip.js';
import { hdf5Example } from './containers/hdf5-files.fixture.js';
import { type FootageFault, footageFaultOf } from './errors.js';
import { FrameReader } from './frame-reader.js';

let root = '';
let reader: FrameReader;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'millrace-footage-'));
  reader = new FrameReader();
});
after(async () => {
  await reader.close();
  await rm(root, { recursive: true, force: true });
});

async function put(path: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), bytes);
}

const ask = (filename: string, index = 0, width?: number) =>
  reader.frame({ root, filename, index, type: 'image/jpeg', ...(width === undefined ? {} : { width }) });

const fails = (fault: FootageFault, message: RegExp) => (error: unknown) => {
  assert.equal(footageFaultOf(error), fault, String(error));
  assert.match(String(error), message);
  assert.ok(!String(error).includes(root), String(error));
  return true;
};

test('each frame of each kind of container is the one of its index', async () => {
  const kinds = new Set<string>();
  for (let index = 0; index < 9; index += 1) {
    const recording = sampleRecording(index, 1);
    await writeFootages(root, recording);
    for (const { id, filename, frames } of recording.footages) {
      const info = await reader.inspect(root, filename);
      assert.equal(info.frames, frames, filename);
      for (const frame of new Set([0, 1, Math.floor(frames / 2), frames - 1])) {
        const { bytes, type } = await ask(filename, frame);
        assert.ok(await isFrame(bytes, id, frame), `${frame} of ${filename}`);
        kinds.add(`${info.kind} ${type}`);
      }
    }
  }
  assert.deepEqual([...kinds].sort(), ['folder image/jpeg', 'hdf5 image/jpeg', 'hdf5 image/png', 'zip image/jpeg']);
});

test('a frame is scaled down, and never enlarged', async () => {
  const { footages } = sampleRecording(0, 1);
  for (const { filename } of footages) {
    const small = await sharp((await ask(filename, 0, 32)).bytes).metadata();
    assert.deepEqual([small.width, small.height, small.format], [32, 24, 'jpeg']);
    const large = await sharp((await ask(filename, 0, 1000)).bytes).metadata();
    assert.deepEqual([large.width, large.height], [frameSize.width, frameSize.height]);
  }
});

test('a footage that changes is read anew', async () => {
  await put('changing.zip', zipBytes([{ name: '0.jpg', bytes: await frameJpeg('one', 0) }]));
  assert.ok(await isFrame((await ask('changing.zip')).bytes, 'one', 0));
  const jpegs = [await frameJpeg('two', 0), await frameJpeg('two', 1)];
  await put('changing.zip', zipBytes(jpegs.map((bytes, index) => ({ name: `${index}.jpg`, bytes }))));
  assert.ok(await isFrame((await ask('changing.zip', 1)).bytes, 'two', 1));
  await rm(join(root, 'changing.zip'));
  await assert.rejects(ask('changing.zip'), fails('footage-missing', /found nothing there/));
});

test('a frame beyond the end, and one that was left out, are named with how many there are', async () => {
  await put('gaps/0.jpg', await frameJpeg('gaps', 0));
  await put('gaps/4.jpg', await frameJpeg('gaps', 4));
  assert.ok(await isFrame((await ask('gaps', 4)).bytes, 'gaps', 4));
  await assert.rejects(ask('gaps', 5), fails('frame-missing', /gaps has 5 frames, 0 to 4; got 5/));
  await assert.rejects(ask('gaps', 2), fails('frame-missing', /none is named 2/));
  await put('empty/notes.txt', 'no image');
  await assert.rejects(ask('empty'), fails('frame-missing', /empty has no frames; got 0/));
});

test('nothing is read from outside the folder of the footages, nor through a link', async () => {
  const outside = await mkdtemp(join(tmpdir(), 'millrace-outside-'));
  await writeFile(join(outside, '0.jpg'), await frameJpeg('outside', 0));
  await mkdir(join(root, 'links'), { recursive: true });
  await symlink(outside, join(root, 'linked'));
  await symlink(join(outside, '0.jpg'), join(root, 'links', '0.jpg'));
  await symlink(join(root, 'gaps'), join(root, 'inner'));
  for (const path of [
    '..',
    `../${outside.split('/').at(-1)}`,
    'gaps/../../x',
    '/etc',
    '',
    'a//b',
    './gaps',
    'a\\b',
    'a\0b',
  ]) {
    await assert.rejects(ask(path), fails('footage-missing', /expected a path below FOOTAGE_DIR/), path);
  }
  await assert.rejects(ask('linked'), fails('footage-missing', /links are not followed/));
  await assert.rejects(ask('inner'), fails('footage-missing', /links are not followed/));
  // The link is no file of the folder.
  await assert.rejects(ask('links'), fails('frame-missing', /no frames/));
  await rm(outside, { recursive: true });
});

test('HDF5 files of another writer are read: lists of bytes, opaque values, compressed chunks', async () => {
  await put('shuffled.h5', hdf5Example('shuffled'));
  const { data, info } = await sharp((await ask('shuffled.h5', 13)).bytes)
    .raw()
    .toBuffer({ resolveWithObject: true });
  assert.deepEqual([info.width, info.height, info.channels], [8, 6, 3]);
  assert.deepEqual(
    [...data],
    Array.from({ length: 144 }, (_, byte) => (13 * 144 + byte) % 251),
  );
  await put('lists.h5', hdf5Example('lists'));
  await put('opaque.h5', hdf5Example('opaque'));
  for (const name of ['lists.h5', 'opaque.h5']) {
    assert.deepEqual(await reader.inspect(root, name), { kind: 'hdf5', frames: 3 });
    const { bytes, type } = await ask(name, 2);
    assert.equal(type, 'image/jpeg');
    assert.equal(Buffer.from(bytes).toString('hex', 0, 12), 'ffd8ff02ffd8ff02ffd8ff02');
  }
});

test('an HDF5 file cannot have the server read other files', async () => {
  for (const name of ['outside', 'virtual', 'linked'] as const) {
    await put(`${name}.h5`, hdf5Example(name));
    await assert.rejects(ask(`${name}.h5`), (error) => footageFaultOf(error) !== undefined, name);
  }
});

test('what is broken or too large is refused with a reason, and the process stays', async () => {
  const { pid } = reader;
  const jpeg = await frameJpeg('one', 0);
  const zip = zipBytes([{ name: '0.jpg', bytes: jpeg, deflate: true }]);
  await put('cut.zip', zip.subarray(0, zip.length / 2));
  await assert.rejects(ask('cut.zip'), fails('footage-unreadable', /expected a ZIP archive at cut\.zip: /));
  const bombs = [
    { name: '0.jpg', bytes: new Uint8Array(100_000_000), deflate: true },
    { name: '1.jpg', bytes: new Uint8Array(100_000_000), deflate: true, claimedSize: 1_000 },
    { name: '2.jpg', bytes: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>') },
  ];
  await put('bombs.zip', zipBytes(bombs));
  await assert.rejects(ask('bombs.zip', 0), fails('frame-unreadable', /at most 67108864 bytes, got 100000000/));
  await assert.rejects(ask('bombs.zip', 1), fails('frame-unreadable', /bombs\.zip\/1\.jpg cannot be unpacked/));
  await assert.rejects(ask('bombs.zip', 2), fails('frame-unreadable', /the content is an SVG/));
  const hdf5 = Buffer.from(
    await hdf5Bytes([{ name: 'frames', data: new Uint8Array(4096).fill(7), shape: [4, 32, 32] }]),
  );
  await put('cut.h5', hdf5.subarray(0, hdf5.length - 3000));
  await assert.rejects(ask('cut.h5', 3), fails('footage-unreadable', /expected an HDF5 file of frames at cut\.h5: /));
  await put('text.h5', 'words');
  await assert.rejects(ask('text.h5'), fails('footage-unreadable', /expected an HDF5 file/));
  await put('bomb.h5', hdf5Example('bomb'));
  await assert.rejects(ask('bomb.h5'), fails('footage-unreadable', /no dataset of frames/));
  await put('floats.h5', hdf5Example('floats'));
  await assert.rejects(ask('floats.h5'), fails('footage-unreadable', /no dataset of frames/));
  await put('words.bin', 'words');
  await assert.rejects(ask('words.bin'), fails('footage-unreadable', /begins with the bytes 776f726473/));
  await put('half/0.jpg', jpeg.subarray(0, jpeg.length / 2));
  await assert.rejects(ask('half', 0, 16), fails('frame-unreadable', /frame 0 of half cannot be decoded/));
  assert.equal(reader.pid, pid);
});

test('no damage to a file ends more than the process that reads it', async () => {
  const { footages } = sampleRecording(1, 1);
  const good = footages.at(-1)?.filename ?? '';
  const hdf5 = hdf5Example('shuffled');
  const zip = zipBytes([{ name: '0.jpg', bytes: await frameJpeg('one', 0), deflate: true }]);
  for (let damage = 0; damage < 120; damage += 1) {
    const [name, bytes] = damage % 2 === 0 ? ['damaged.h5', Buffer.from(hdf5)] : ['damaged.zip', Buffer.from(zip)];
    for (let n = 0; n < 4; n += 1) bytes[(damage * 7919 + n * 104_729) % bytes.length] = (damage * 31 + n * 97) % 256;
    await put(name, bytes);
    // The state of a file of the same size within one tick of the clock must differ.
    await utimes(join(root, name), damage, damage);
    await ask(name, damage % 3).catch((error: unknown) => {
      assert.ok(footageFaultOf(error) ?? error instanceof SerialProcessError, String(error));
    });
  }
  assert.ok((await ask(good)).bytes.length > 0);
});
