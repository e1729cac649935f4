import sharp, { type Sharp } from 'sharp';
import { drawScene, type ImageSize } from './drawing.js';
import type { SampleFile } from './manifest.js';
import { createRandom, cycle, type Random } from './random.js';

/** A sample image, before it is written. */
export interface ImageSample {
  readonly file: SampleFile;
  readonly bytes: Buffer;
}

interface Scene {
  readonly random: Random;
  readonly size: ImageSize;
  readonly people: number;
}

/** A kind of image; odd indices go through all of them in turn, even ones are plain JPEGs like most real files. */
interface Variant {
  readonly extension: string;
  encode(scene: Scene): Promise<Buffer>;
}

const plainJpeg: Variant = { extension: 'jpg', encode: (scene) => image(scene).jpeg({ quality: 85 }).toBuffer() };

const variants: readonly Variant[] = [
  { extension: 'png', encode: (scene) => image(scene).png().toBuffer() },
  { extension: 'webp', encode: (scene) => image(scene).webp().toBuffer() },
  { extension: 'gif', encode: animated },
  { extension: 'tiff', encode: (scene) => image(scene).tiff({ compression: 'lzw' }).toBuffer() },
  { extension: 'avif', encode: (scene) => image(scene).avif({ effort: 0 }).toBuffer() },
  { extension: 'jpg', encode: turned },
  { extension: 'jpeg', encode: (scene) => image(scene).toColourspace('b-w').jpeg({ progressive: true }).toBuffer() },
  { extension: 'png', encode: (scene) => drawing(scene, false).png().toBuffer() },
  { extension: 'JPG', encode: (scene) => image(scene).toColourspace('cmyk').jpeg().toBuffer() },
  { extension: 'webp', encode: (scene) => drawing(scene, false).webp({ lossless: true }).toBuffer() },
];

/** Names count from here, as the real files' do. */
const firstName = 10_001;

/** The image of an index, `images/10001.jpg` and so on: drawn, 612×408 or (one in three) from 381×258 to 612×612. */
export async function imageSample(index: number, seed: number): Promise<ImageSample> {
  const random = createRandom(seed, `image ${index}`);
  const size =
    random.int(1, 3) < 3 ? { width: 612, height: 408 } : { width: random.int(381, 612), height: random.int(258, 612) };
  const { extension, encode } = index % 2 === 0 ? plainJpeg : cycle(variants, (index - 1) / 2);
  const bytes = await encode({ random, size, people: random.int(0, 6) });
  return { file: { path: `images/${firstName + index}.${extension}`, kind: 'image' }, bytes };
}

function drawing({ random, size, people }: Scene, background: boolean): Sharp {
  return sharp(Buffer.from(drawScene(random, size, people, background)));
}

function image(scene: Scene): Sharp {
  return drawing(scene, true).flatten();
}

/** An image that lies on its side or head in the file, with the EXIF orientation that puts it upright. */
async function turned(scene: Scene): Promise<Buffer> {
  const orientation = scene.random.pick([
    { exif: 3, degrees: 180 },
    { exif: 6, degrees: 270 },
    { exif: 8, degrees: 90 },
  ]);
  const jpeg = image(scene).rotate(orientation.degrees).withMetadata({ orientation: orientation.exif }).jpeg();
  return jpeg.toBuffer();
}

async function animated(scene: Scene): Promise<Buffer> {
  const frames = await Promise.all([0, 1, 2].map(() => image(scene).png().toBuffer()));
  return sharp(frames, { join: { animated: true } })
    .gif({ delay: frames.map(() => 200), loop: 0 })
    .toBuffer();
}
