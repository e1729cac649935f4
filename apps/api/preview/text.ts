import { positionIn } from '#events/position.js';
import type { OpenContent } from '../files/open-content.js';

/** Bytes of a file's beginning that are shown as text. */
export const textBytes = 64 * 1024;
/** Bytes on each side of a fault that are shown. */
const aroundBytes = 500;
/** Bytes before a fault in which its line is looked for. */
const lineBytes = 64 * 1024;

/** The beginning of a file as text; what is no UTF-8 in it is shown as U+FFFD. */
export interface TextPreview {
  readonly content: string;
  /** Whether that is all of the file. */
  readonly whole: boolean;
}

/** Where a file is faulty, and the text around. */
export interface Fault {
  /** Position in the file, from 0. */
  readonly byte: number;
  /** From 1. */
  readonly line: number;
  /** Character of the line, from 1; null of a line that begins too far ahead. */
  readonly column: number | null;
  readonly before: string;
  readonly after: string;
}

/** The first 64 KiB of a file. */
export async function readText(file: OpenContent): Promise<TextPreview> {
  return {
    content: decode(await readPart(file, 0, textBytes)),
    whole: file.size <= textBytes,
  };
}

/** Where the reason for which a file was refused says that it is faulty; undefined if it names no position. */
export async function readFault(file: OpenContent, reason: string | null): Promise<Fault | undefined> {
  const position = positionIn(reason ?? '');
  if (position === undefined || position.byte > file.size) return undefined;
  const { byte, line } = position;
  const from = Math.max(0, byte - lineBytes);
  const part = await readPart(file, from, byte + aroundBytes);
  const ahead = part.subarray(0, byte - from);
  const lineStart = ahead.lastIndexOf(0x0a) + 1;
  const isLineKnown = lineStart > 0 || from === 0;
  return {
    byte,
    line,
    column: isLineKnown ? [...decode(ahead.subarray(lineStart))].length + 1 : null,
    before: decode(fromCharacter(ahead.subarray(Math.max(0, ahead.length - aroundBytes)))),
    after: decode(part.subarray(ahead.length)),
  };
}

/** The bytes from `start` up to, not including, `end`, or to the end of the file. */
export async function readPart(file: OpenContent, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.alloc(Math.max(0, Math.min(end, file.size) - start));
  let length = 0;
  while (length < bytes.length) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length, start + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}

/** `stream` keeps back a character that is cut off at the end. */
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes, { stream: true });

/** Leaves out the rest of a character (UTF-8) that is cut off at the beginning. */
function fromCharacter(bytes: Buffer): Buffer {
  const start = bytes.subarray(0, 4).findIndex((byte) => (byte & 0xc0) !== 0x80);
  return bytes.subarray(Math.max(0, start));
}
