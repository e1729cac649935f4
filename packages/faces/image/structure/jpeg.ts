import type { ImageBytes } from './bytes.js';
import { corrupt, type Defect, truncated, unsupported } from './defect.js';

/** Second bytes of markers (ITU-T T.81, table B.1). */
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const TEM = 0x01;
const SOF_LS = 0xf7;
/** Kinds of frame that code differences to another frame. */
const HIERARCHICAL = [0xc5, 0xc6, 0xc7, 0xcd, 0xce, 0xcf];
const FRAMES = [0xc0, 0xc1, 0xc2, 0xc3, 0xc9, 0xca, 0xcb, ...HIERARCHICAL, SOF_LS];
const SEARCHED_BYTES = 1 << 16;

interface Frame {
  readonly marker: number;
  readonly precision: number;
  readonly components: number;
}

interface JpegStructure {
  readonly frame: Frame | undefined;
  readonly scans: number;
  /** Whether the end marker was found. */
  readonly ends: boolean;
}

function standsAlone(marker: number): boolean {
  return marker === TEM || (marker >= 0xd0 && marker <= SOI);
}

/** Where the next marker's 0xff is, at or after `at`; inside a scan 0xff00 and restart markers are data. */
async function findMarker(bytes: ImageBytes, at: number): Promise<{ at: number; marker: number } | undefined> {
  for (let from = at; from + 1 < bytes.size; ) {
    const window = await bytes.read(from, SEARCHED_BYTES);
    for (let index = window.indexOf(0xff); index !== -1; index = window.indexOf(0xff, index + 1)) {
      const marker = window[index + 1];
      if (marker !== undefined && marker !== 0 && marker !== 0xff && !standsAlone(marker)) {
        return { at: from + index, marker };
      }
    }
    if (window.length < 2) return undefined;
    // The next window begins with this one's last byte: a marker may lie across.
    from += window.length - 1;
  }
  return undefined;
}

async function readStructure(bytes: ImageBytes): Promise<JpegStructure> {
  let frame: Frame | undefined;
  let scans = 0;
  for (let next = await findMarker(bytes, 2); next !== undefined; ) {
    const { at, marker } = next;
    if (marker === EOI) return { frame, scans, ends: true };
    const head = await bytes.read(at, 10);
    if (head.length < 10) break;
    if (FRAMES.includes(marker)) frame ??= { marker, precision: head.readUInt8(4), components: head.readUInt8(9) };
    if (marker === SOS) scans += 1;
    next = await findMarker(bytes, at + 2 + Math.max(2, head.readUInt16BE(2)));
  }
  return { frame, scans, ends: false };
}

function unsupportedKind({ marker, precision, components }: Frame): string | undefined {
  if (marker === SOF_LS) return 'JPEG-LS';
  if (HIERARCHICAL.includes(marker)) return 'a hierarchical JPEG';
  if (precision !== 8) return `${precision} bits per sample`;
  if (![1, 3, 4].includes(components)) return `${components} colour components`;
  return undefined;
}

/** What is wrong with a JPEG that could not be decoded, as far as its segments show it. */
export async function inspectJpeg(bytes: ImageBytes): Promise<Defect | undefined> {
  const { frame, scans, ends } = await readStructure(bytes);
  const kind = frame && unsupportedKind(frame);
  if (kind !== undefined) return unsupported(kind);
  if (!ends) return truncated('the file ends before its end marker, EOI');
  if (frame === undefined || scans === 0) return corrupt('it ends before any pixels');
  return undefined;
}
