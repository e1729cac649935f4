import { HttpProblem } from './problem.js';

/** A part of what is sent: from byte `start` up to and without byte `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The part that a request asks for with `Range` (RFC 9110, section 14); undefined for the whole: without the header, for other
 * units, for several ranges at a time, which nobody has to answer, and when `If-Range` names another version.
 * @param size bytes of the whole
 * @param etag of the whole, strong
 * @throws HttpProblem 416 when the range begins behind the end
 */
export function rangeAskedFor(
  headers: { readonly range?: string | undefined; readonly 'if-range'?: string | string[] | undefined },
  size: number,
  etag: string,
): ByteRange | undefined {
  const condition = headers['if-range'];
  // A date is no strong validator of files that may change twice in a second.
  if (condition !== undefined && condition !== etag) return undefined;
  const [, first = '', last = ''] = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(headers.range ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  // No range at all, as the RFC has it.
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  if (start < end) return { start, end };
  throw new HttpProblem('range-not-satisfiable', `expected a range within ${size} bytes, got ${headers.range}`, {
    headers: { 'content-range': `bytes */${size}` },
  });
}
