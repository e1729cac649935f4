import { BadInputError, messageOf } from '#contracts/errors.js';
import { PICTURE_FORMATS_TEXT, type PictureFormat } from './sniff.js';

/** The codes of the BadInputErrors that a picture can cause. */
export type PictureFault =
  | 'empty'
  | 'not-a-file'
  | 'not-an-image'
  | 'truncated'
  | 'corrupt'
  | 'too-many-pixels'
  | 'unsupported';

/** A BadInputError about a picture. */
export function pictureFault(code: PictureFault, message: string, cause?: unknown): BadInputError {
  return new BadInputError(code, message, cause === undefined ? {} : { cause });
}

/** What libvips or Node says when the machine, not the picture, is at fault: such a decode is worth another try. */
const MACHINE_FAULT =
  /^E[A-Z]{3,}: |out of memory|insufficient memory|cannot allocate|unable to allocate|too many open files|no space left|permission denied|input file is missing|unable to open/i;
const TRUNCATED =
  /premature end of JPEG image|unexpected end|end of (file|data|input|stream)|libpng read error|bad seek|truncated|not enough data|unable to parse image|read error/i;
const UNSUPPORTED =
  /unsupported JPEG (data precision|process)|unsupported marker type 0xf7|unsupported (feature|codec)|precision \d+|no decod|not supported|unsupported (color|colour|tiff|bits)/i;

/**
 * The error for a decode of the file at `path`, which begins as a picture but failed with `error` of sharp or libvips: a
 * BadInputError, or, when the machine is at fault, a plain Error that is retried.
 */
export function decodeFault(format: PictureFormat, path: string, error: unknown): Error {
  // libvips repeats itself, and names the file's path, which is no one's business.
  const [line = ''] = messageOf(error).replaceAll(path, 'the file').split('\n');
  const detail = line
    .replace(/^Input (file|buffer) has corrupt header: /, '')
    .replace(/^Input (file|buffer) contains unsupported image format/, 'unreadable header')
    // All that libvips says of a damaged interlaced PNG.
    .replace(/^Unknown error$/, 'unexpected end or content');
  const name = format.toUpperCase();
  if (MACHINE_FAULT.test(detail)) return new Error(`the picture could not be read: ${detail}`, { cause: error });
  if (UNSUPPORTED.test(detail)) {
    return pictureFault(
      'unsupported',
      `The ${name} picture uses a feature that cannot be decoded (${detail}); save it as an 8-bit ${PICTURE_FORMATS_TEXT} picture.`,
      error,
    );
  }
  if (TRUNCATED.test(detail) && !isDamageWarning(error)) {
    return pictureFault(
      'truncated',
      `Expected a whole ${name} picture; its data ends early or cannot be read to the end (${detail}). Copy the file again from its source.`,
      error,
    );
  }
  return pictureFault(
    'corrupt',
    `Expected a ${name} picture; its data is damaged (${detail}). Copy the file again from its source.`,
    error,
  );
}

/**
 * True for a complaint about wrong or missing data in the middle of a JPEG, as a file has that was half copied.
 * libjpeg only warns of it, as it warns of the stray bytes that some cameras leave between segments, which do no
 * harm. (Much damage to a JPEG cannot be seen at all: it has no checksums.)
 */
export function isDamageWarning(error: unknown): boolean {
  return /Corrupt JPEG data: (?!\d+ extraneous bytes)/.test(messageOf(error));
}
