/** The kinds of image that are taken, by their usual names. */
export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif';

/** The kinds of image that are taken, in words, for messages. */
export const IMAGE_FORMATS_TEXT = 'JPEG, PNG, WebP, GIF, TIFF or AVIF';

/** How many bytes of a file's beginning `sniffFormat` and `describeContent` want (fewer when the file has fewer). */
export const SNIFF_BYTES = 64;

const TIFF_STARTS = ['49492a00', '4d4d002a', '49492b00', '4d4d002b'];

function text(head: Buffer, start: number, end: number): string {
  return head.toString('latin1', start, end);
}

/** The major and compatible brands of an ISO base media file's leading `ftyp` box (ISO/IEC 14496-12, 4.3). */
function brands(head: Buffer): string[] {
  if (head.length < 12 || text(head, 4, 8) !== 'ftyp') return [];
  const end = Math.min(head.readUInt32BE(0), head.length);
  const found = [text(head, 8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) found.push(text(head, at, at + 4));
  return found;
}

/**
 * Recognises an image's format by its first bytes; undefined for everything that is not taken. The name's extension
 * plays no part. Nothing else may reach the decoder, which would also take SVG and others with their own dangers.
 */
export function sniffFormat(head: Buffer): ImageFormat | undefined {
  const hex = head.toString('hex', 0, 8);
  if (hex.startsWith('ffd8ff')) return 'jpeg';
  if (hex === '89504e470d0a1a0a') return 'png';
  if (text(head, 0, 4) === 'RIFF' && text(head, 8, 12) === 'WEBP') return 'webp';
  if (/^GIF8[79]a$/.test(text(head, 0, 6))) return 'gif';
  if (TIFF_STARTS.some((start) => hex.startsWith(start))) return 'tiff';
  if (brands(head).some((brand) => brand === 'avif' || brand === 'avis')) return 'avif';
  return undefined;
}

/** What a file that is no such image seems to be, in words, for a message. */
export function describeContent(head: Buffer): string {
  const start = text(head, 0, 5);
  if (start === '%PDF-') return 'a PDF document';
  if (start.startsWith('PK\x03\x04')) return 'a ZIP archive (or an Office document)';
  if (start.startsWith('BM')) return 'a BMP image';
  if (brands(head).some((brand) => /^(heic|heix|hevc|hevx|heim|heis)$/.test(brand))) return 'a HEIC image';
  if (brands(head).length > 0) return 'a video or another ISO media file';
  const printable = head.toString('utf8').replace(/^\uFEFF/, '');
  if (/^\s*<(\?xml|svg|!DOCTYPE|html)/i.test(printable)) return 'an SVG, XML or HTML document';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what distinguishes bytes from text
  if (!/[\x00-\x08\x0e-\x1f\ufffd]/.test(printable.slice(0, -1))) {
    return `text beginning with ${JSON.stringify(printable.slice(0, 24))}`;
  }
  return `data beginning with the bytes ${head.toString('hex', 0, 8)}`;
}
