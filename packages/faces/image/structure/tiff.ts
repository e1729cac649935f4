import type { ImageBytes } from './bytes.js';
import { corrupt, type Defect, truncated, unsupported } from './defect.js';
import { readTiffDirectory, type TiffDirectory } from './tiff-directory.js';

/** Tags (TIFF 6.0, section 8). */
const TAG = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  stripOffsets: 273,
  samples: 277,
  rowsPerStrip: 278,
  stripBytes: 279,
  planes: 284,
  tileOffsets: 324,
  tileBytes: 325,
  sampleFormat: 339,
} as const;
const OFFSETS: readonly number[] = [TAG.stripOffsets, TAG.tileOffsets];

/** Compressions that sharp's libtiff decodes. */
const DECODED = [1, 2, 3, 4, 5, 7, 8, 32771, 32773, 32766, 32809, 32946, 34676, 34677, 50001];
const FAX = [2, 3, 4, 32771];
/** Other compressions by their usual names (the registered values of tag 259 and libtiff's own). */
const COMPRESSIONS: Readonly<Record<number, string>> = {
  6: 'old-style JPEG compression',
  9: 'JBIG compression',
  10: 'JBIG compression',
  32909: 'PixarLog compression',
  33003: 'JPEG 2000 compression',
  33005: 'JPEG 2000 compression',
  34661: 'JBIG compression',
  34712: 'JPEG 2000 compression',
  34887: 'LERC compression',
  34892: 'lossy JPEG compression of raw data',
  34925: 'LZMA compression',
  34926: 'Zstandard compression',
  50000: 'Zstandard compression',
  50002: 'JPEG XL compression',
  52546: 'JPEG XL compression',
};
/** Bits per sample that libvips takes. */
const TAKEN_BITS = [1, 2, 4, 8, 16, 32];
const LAB = [8, 9, 10];
const FLOAT = 3;
const COMPLEX = [5, 6];
const SEPARATE_PLANES = 2;

/** What of a directory decides whether and how its image can be decoded. */
async function readDescription(directory: TiffDirectory) {
  const first = async (tag: number) => (await directory.numbers(tag))[0];
  const tileOffsets = await directory.numbers(TAG.tileOffsets);
  const tiled = tileOffsets.length > 0;
  return {
    width: await first(TAG.width),
    height: await first(TAG.height),
    bits: await directory.numbers(TAG.bits),
    compression: (await first(TAG.compression)) ?? 1,
    photometric: await first(TAG.photometric),
    samples: (await first(TAG.samples)) ?? 1,
    separate: (await first(TAG.planes)) === SEPARATE_PLANES,
    sampleFormat: (await first(TAG.sampleFormat)) ?? 1,
    tiled,
    rowsPerStrip: await first(TAG.rowsPerStrip),
    offsets: tiled ? tileOffsets : await directory.numbers(TAG.stripOffsets),
    lengths: await directory.numbers(tiled ? TAG.tileBytes : TAG.stripBytes),
  };
}

type Description = Awaited<ReturnType<typeof readDescription>>;

/** What the image is that is not decoded, in words. */
function unsupportedKind(description: Description): string | undefined {
  const { compression, photometric, bits, sampleFormat, separate, tiled, offsets, lengths } = description;
  if (!DECODED.includes(compression)) return COMPRESSIONS[compression] ?? `compression ${compression}`;
  const odd = bits.find((each) => !TAKEN_BITS.includes(each) || each !== bits[0]);
  if (odd !== undefined) return `${[...new Set(bits.slice(0, 8))].join(', ')} bits per sample`;
  if (photometric === undefined) return 'no photometric interpretation, tag 262';
  if (LAB.includes(photometric) && (bits[0] ?? 1) <= 8) return 'CIELab colours of 8 bits';
  if (COMPLEX.includes(sampleFormat)) return 'complex numbers as samples';
  if (sampleFormat === FLOAT && (bits[0] ?? 1) < 32) return `floating-point samples of ${bits[0] ?? 1} bits`;
  if (separate && tiled) return 'tiles in separate colour planes';
  if (offsets.some((offset, index) => offset === 0 && lengths[index] === 0)) {
    return `${tiled ? 'tiles' : 'strips'} that are left out`;
  }
  return undefined;
}

/** Whether the image's strips or tiles are there: as many as its size takes, and in the file. */
function findMissingData(description: Description, fileBytes: number): Defect | undefined {
  const { height = 0, samples, separate, tiled, rowsPerStrip = height, offsets, lengths } = description;
  const name = tiled ? 'tile' : 'strip';
  for (const [index, offset] of offsets.entries()) {
    const end = offset + (lengths[index] ?? 0);
    if (end > fileBytes) return truncated(`its ${name} ${index + 1} goes to byte ${end}, the file has ${fileBytes}`);
  }
  if (tiled || rowsPerStrip === 0) return undefined;
  const needed = Math.ceil(height / rowsPerStrip) * (separate ? samples : 1);
  return offsets.length === needed
    ? undefined
    : corrupt(`the number of its strips is ${offsets.length}; its height and rows per strip make ${needed}`);
}

/** What is wrong with a TIFF that could not be decoded, as far as its first directory shows it. */
export async function inspectTiff(bytes: ImageBytes): Promise<Defect | undefined> {
  const directory = await readTiffDirectory(bytes);
  if ('code' in directory) return directory;
  const description = await readDescription(directory);
  const { width, height, offsets } = description;
  const beyond = directory.cutOff;
  if (offsets.length === 0 && !beyond.some((tag) => OFFSETS.includes(tag))) {
    return corrupt('its directory names no strips or tiles');
  }
  const kind = unsupportedKind(description);
  if (kind !== undefined) return unsupported(kind);
  if (!width || !height) return corrupt('its directory has no width or no height');
  const missing = findMissingData(description, bytes.size);
  if (missing?.code === 'truncated') return missing;
  if (directory.unknownTypes) return corrupt('its directory has fields of unknown types');
  if (beyond.length > 0) return truncated(`the values of its tag ${beyond[0]} go beyond its ${bytes.size} bytes`);
  return missing;
}

/**
 * Whether a TIFF is a fax: lines whose codes do not add up are usual in what came over a telephone line, and readers
 * keep what they make of them (ITU-T T.4; libtiff, and all who use it).
 */
export async function isFax(bytes: ImageBytes): Promise<boolean> {
  const directory = await readTiffDirectory(bytes);
  return !('code' in directory) && FAX.includes((await readDescription(directory)).compression);
}
