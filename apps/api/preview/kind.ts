import { extname } from 'node:path/posix';
import { sniffFormat } from '#faces/image/sniff.js';

/** What a file is previewed as. */
export const previewKinds = ['image', 'parquet', 'json', 'csv', 'text', 'zip', 'other'] as const;
export type PreviewKind = (typeof previewKinds)[number];

/** Bytes of a file's beginning that `kindOf` wants; fewer when the file has fewer. */
export const headBytes = 4_096;

const byExtension: Readonly<Record<string, PreviewKind>> = {
  '.parquet': 'parquet',
  '.zip': 'zip',
  '.json': 'json',
  '.ndjson': 'json',
  '.jsonl': 'json',
  '.csv': 'csv',
  '.tsv': 'csv',
};

/**
 * What a file is: by its first bytes where they say so, else by its name, so that a broken file is shown as what it is meant
 * to be.
 */
export function kindOf(head: Buffer, path: string): PreviewKind {
  if (sniffFormat(head) !== undefined) return 'image';
  const start = head.toString('latin1', 0, 4);
  if (start === 'PAR1' || start === 'PARE') return 'parquet';
  if (start === 'PK\u0003\u0004' || start === 'PK\u0005\u0006') return 'zip';
  const extension = extname(path).toLowerCase();
  const named = Object.hasOwn(byExtension, extension) ? byExtension[extension] : undefined;
  if (named === 'parquet' || named === 'zip' || named === 'json') return named;
  if (!isText(head)) return 'other';
  return named ?? (/^\s*[[{]/.test(head.toString('utf8').replace(/^\uFEFF/, '')) ? 'json' : 'text');
}

/** Whether bytes are UTF-8, cut off or not, without control characters but those of white space. */
function isText(head: Buffer): boolean {
  if (head.some((byte) => byte < 0x20 && !(byte >= 0x09 && byte <= 0x0d))) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}
