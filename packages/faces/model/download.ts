import { messageOf } from '#contracts/errors.js';
import type { ModelDefinition } from './definition.js';
import { sha256Of } from './store.js';

/** The part of `fetch`'s Response that a download needs. */
export interface DownloadResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly body: AsyncIterable<Uint8Array> | null;
}

/** Asks for a URL; rejects when the signal aborts. `fetch` does it. */
export type Download = (url: string, options: { signal: AbortSignal }) => Promise<DownloadResponse>;

/** From the first connection to the last byte, in milliseconds. */
const TIMEOUT_MS = 10_000;

/**
 * The bytes of a model's file from `url`. Rejects, with a reason for people, when it cannot be had within ten
 * seconds, and when what comes has another hash; never holds more than the file's own size.
 */
export async function downloadModel(
  file: ModelDefinition['file'],
  url: string,
  options: { download?: Download; signal?: AbortSignal } = {},
): Promise<Uint8Array> {
  const download = options.download ?? fetch;
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const signal = options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]);
  const response = await download(url, { signal });
  if (!response.ok || response.body === null) throw new Error(`the server answered ${response.status}`);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    length += chunk.length;
    if (length > file.bytes) throw new Error(`expected ${file.bytes} bytes, more came`);
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  const sha256 = sha256Of(bytes);
  if (sha256 !== file.sha256) {
    throw new Error(`expected SHA-256 ${file.sha256.slice(0, 12)}…, got ${sha256.slice(0, 12)}… (${length} bytes)`);
  }
  return bytes;
}

/** What went wrong with a download, in a few words: `fetch` hides it in the cause. */
export function describeDownloadFault(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `nothing within ${TIMEOUT_MS / 1000} s`;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return messageOf(cause) || (cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason');
}
