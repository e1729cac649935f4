import { BadInputError, messageOf } from '#contracts/errors.js';
import { printable } from '#contracts/printable.js';
import { IMAGE_FORMATS_TEXT, type ImageFormat } from './sniff.js';
import type { Defect } from './structure/defect.js';

/** The codes of the BadInputErrors that an image can cause. */
export type ImageErrorCode =
  | 'empty'
  | 'not-a-file'
  | 'not-an-image'
  | 'truncated'
  | 'corrupt'
  | 'too-many-pixels'
  | 'unsupported';

/** A BadInputError about an image. */
export function imageError(code: ImageErrorCode, message: string, cause?: unknown): BadInputError {
  return new BadInputError(code, printable(message), cause === undefined ? {} : { cause });
}

/** What libvips or Node says when the machine, not the image, is at fault: such a decode is worth another try. */
const MACHINE_FAULT =
  /^E[A-Z]{3,}: |out of memory|insufficient memory|cannot allocate|unable to allocate|too many open files|no space left|permission denied|input file is missing|unable to open/i;
/** What decoders say of a kind that they do not know, where the file's structure does not show it. */
const UNSUPPORTED =
  /unsupported JPEG (data precision|process)|unsupported (feature|codec)|precision \d+|no decod|not supported|not configured|unsupported (color|colour|tiff|bits)/i;
/** Lines of libvips' text that say what did no harm; the error follows. */
const HARMLESS = /\d+ extraneous bytes|is not read from file|not an ICC profile|Warning treated as error/;

/**
 * What libvips says, of its many lines the first that names an error, without the file's path, which is no one's
 * business.
 */
function describeError(path: string, error: unknown): string {
  const lines = messageOf(error)
    .replaceAll(path, 'the file')
    .replaceAll(/\/dev\/fd\/\d+/g, 'the file')
    .replace(/^Input (file|buffer) has corrupt header:\s*/, '')
    .replace(/^Input (file|buffer) contains unsupported image format/, 'unreadable header')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const line = lines.find((each) => !HARMLESS.test(each)) ?? lines[0] ?? '';
  // All that libvips says of some damage.
  return line.replace(/^Unknown error$/, '') || 'its content cannot be decoded';
}

/**
 * The error for a decode of the file at `path`, which begins as an image but failed with `error` of sharp or libvips: a
 * BadInputError, or, when the machine is at fault, a plain Error that is retried. What the file's structure shows,
 * `defect`, decides; the decoder's words only where that shows nothing.
 */
export function decodeError(
  format: ImageFormat,
  { path, error, defect }: { readonly path: string; readonly error: unknown; readonly defect: Defect | undefined },
): Error {
  const said = describeError(path, error);
  if (MACHINE_FAULT.test(said)) return new Error(`the image could not be read: ${printable(said)}`, { cause: error });
  const words: Defect = { code: UNSUPPORTED.test(said) ? 'unsupported' : 'corrupt', detail: said };
  return defectError(format, defect ?? words, error);
}

function defectMessage(format: ImageFormat, code: Defect['code'], detail: string): string {
  const name = format.toUpperCase();
  switch (code) {
    case 'unsupported':
      return `The ${name} image uses a feature that cannot be decoded (${detail}); save it as an 8-bit ${IMAGE_FORMATS_TEXT} image.`;
    case 'truncated':
      return `Expected a whole ${name} image; its data ends early (${detail}). Copy the file again from its source.`;
    case 'corrupt':
      return `Expected a ${name} image; its data is damaged (${detail}). Copy the file again from its source.`;
  }
}

/** The BadInputError for an image that has this defect. */
export function defectError(format: ImageFormat, { code, detail }: Defect, cause?: unknown): BadInputError {
  return imageError(code, defectMessage(format, code, detail), cause);
}

/**
 * True for a complaint about wrong or missing data in the middle of a JPEG, as a file has that was half copied.
 * libjpeg only warns of it, as it warns of the stray bytes that some cameras leave between segments, which do no
 * harm. (Much damage to a JPEG cannot be seen at all: it has no checksums.)
 */
export function isDamageWarning(error: unknown): boolean {
  return /Corrupt JPEG data: (?!\d+ extraneous bytes)/.test(messageOf(error));
}
