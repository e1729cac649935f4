import sharp, { type Sharp } from 'sharp';
import type { Photo } from './photos.js';

/** An image in memory with its count. */
export interface Sample extends Omit<Photo, 'path'> {
  /** Which set it belongs to: a folder's name, or what was done to the photo. */
  readonly set: string;
  readonly bytes: Buffer;
}

/** A photo as it is shown, lossless, so that a copy differs in one thing only. */
function shown(bytes: Buffer): Sharp {
  return sharp(bytes).autoOrient().flatten({ background: '#ffffff' }).toColourspace('srgb');
}

/** Harder copies of a photo; its count stays. */
export const COPIES: Readonly<Record<string, (bytes: Buffer) => Promise<Buffer>>> = {
  'a third': async (bytes) => {
    const { data, info } = await shown(bytes).png().toBuffer({ resolveWithObject: true });
    return await sharp(data)
      .resize(Math.max(8, Math.round(info.width * 0.35)))
      .png()
      .toBuffer();
  },
  blurred: async (bytes) => {
    const { data, info } = await shown(bytes).png().toBuffer({ resolveWithObject: true });
    return await sharp(data)
      .blur(Math.max(0.6, Math.max(info.width, info.height) / 500))
      .png()
      .toBuffer();
  },
  dark: (bytes) => shown(bytes).linear(0.35, 0).png().toBuffer(),
  'JPEG q30': (bytes) => shown(bytes).jpeg({ quality: 30 }).toBuffer(),
  'turned 90°': (bytes) => turned(bytes, 90),
  'turned 180°': (bytes) => turned(bytes, 180),
  'turned 270°': (bytes) => turned(bytes, 270),
  'tilted 35°': (bytes) => turned(bytes, 35),
};

async function turned(bytes: Buffer, degrees: number): Promise<Buffer> {
  const upright = await shown(bytes).png().toBuffer();
  return await sharp(upright).rotate(degrees, { background: '#808080' }).png().toBuffer();
}

/** Images of `across` × `across` photos, three by two in shape and `whole` pixels wide: faces become small and many. */
export async function mosaics(samples: readonly Sample[], across: number, whole: number): Promise<Sample[]> {
  return await joined(samples, { across, whole, set: `mosaic ${across}×${across} ${whole}` }, async ({ bytes }) =>
    shown(bytes),
  );
}

/** Images of four photos that stand, lie on either side and stand on their heads, as people do who lie in a circle. */
export async function turnedWithin(samples: readonly Sample[], deal: number): Promise<Sample[]> {
  return await joined(samples, { across: 2, whole: 612, set: 'turned within' }, async ({ bytes }, index) =>
    sharp(await turned(bytes, 90 * ((index + deal) % 4))),
  );
}

async function joined(
  samples: readonly Sample[],
  { across, whole, set }: { readonly across: number; readonly whole: number; readonly set: string },
  show: (sample: Sample, index: number) => Promise<Sharp>,
): Promise<Sample[]> {
  const width = Math.floor(whole / across);
  const height = Math.floor(((whole / 3) * 2) / across);
  const made: Sample[] = [];
  const each = across * across;
  for (let at = 0; at + each <= samples.length; at += each) {
    const parts = samples.slice(at, at + each);
    const tiles = await Promise.all(
      parts.map(async (part, index) => ({
        input: await (await show(part, index))
          .resize(width, height, { fit: 'contain', background: '#808080' })
          .png()
          .toBuffer(),
        left: (index % across) * width,
        top: Math.floor(index / across) * height,
      })),
    );
    const ground = { width: width * across, height: height * across, channels: 3, background: '#808080' } as const;
    made.push({
      set,
      bytes: await sharp({ create: ground }).composite(tiles).jpeg({ quality: 88 }).toBuffer(),
      faces: parts.reduce((sum, part) => sum + part.faces, 0),
      source: parts.map((part) => part.source).join(' '),
      doubt: parts.some((part) => part.doubt),
    });
  }
  return made;
}
