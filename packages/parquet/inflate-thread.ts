/** The thread that decompresses large pages, one at a time (see page-inflater.ts). */
import { parentPort } from 'node:worker_threads';
import { messageOf } from '#contracts/errors.js';
import { decompressPage, prepareCodec, type StoredPage } from './decompress.js';
import { UnsupportedError } from './errors.js';

/** What becomes of a page: its bytes, or why there are none. */
export type InflateAnswer = { readonly bytes: Uint8Array } | { readonly damage: string; readonly unsupported: boolean };

parentPort?.on('message', (page: StoredPage) => {
  void inflate(page).then((answer) => {
    const buffer = 'bytes' in answer ? answer.bytes.buffer : undefined;
    parentPort?.postMessage(answer, buffer instanceof ArrayBuffer ? [buffer] : []);
  });
});

async function inflate(page: StoredPage): Promise<InflateAnswer> {
  try {
    await prepareCodec(page.codec);
    return { bytes: decompressPage(page) };
  } catch (error) {
    return { damage: messageOf(error), unsupported: error instanceof UnsupportedError };
  }
}
