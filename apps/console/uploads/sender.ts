import type { DetailedError, Upload } from 'tus-js-client';
import type { Problem } from '../generated/api.js';
import type { Refusal, UploadTarget } from './upload-item.js';

/** A request has so many bytes at most, so that of a slow one not much is sent again. */
const requestBytes = 64 * 1024 * 1024;
/** After a cut it is tried again after so many milliseconds, then given back to the person. */
const retryDelays = [0, 1_000, 3_000, 5_000, 10_000];

export interface SenderEvents {
  onSent(bytes: number): void;
  onRefused(refusal: Refusal): void;
  /** @param path below the inbox; undefined where the server only said that all of it is there */
  onDone(path: string | undefined): void;
}

/** Sends a file by the protocol tus, so that it goes on after a cut, a pause and a reload of the page. */
export async function openSender(
  file: File,
  name: string,
  target: UploadTarget,
  events: SenderEvents,
): Promise<Upload> {
  const tus = await import('tus-js-client');
  const { folder, overwrite, replaces } = target;
  const upload = new tus.Upload(file, {
    endpoint: '/api/uploads',
    chunkSize: requestBytes,
    retryDelays,
    metadata:
      replaces === undefined
        ? { filename: name, ...(folder === '' ? {} : { folder }), ...(overwrite ? { overwrite: 'true' } : {}) }
        : { filename: name, replaces },
    removeFingerprintOnSuccess: true,
    fingerprint: async () =>
      `millrace-upload:${JSON.stringify([folder, name, overwrite, replaces, file.size, file.lastModified])}`,
    onProgress: (sent) => events.onSent(sent),
    onShouldRetry: (error) => isPassing('originalResponse' in error ? error : undefined),
    onError: (error) => events.onRefused(refusalOf(error, 'originalResponse' in error ? error : undefined)),
    onSuccess: ({ lastResponse }) => events.onDone(pathIn(lastResponse.getBody())),
  });
  const [before] = await upload.findPreviousUploads();
  if (before) upload.resumeFromPreviousUpload(before);
  return upload;
}

/** What is better a moment later: a cut, a server that starts anew, another request that still holds the upload. */
function isPassing(error: DetailedError | undefined): boolean {
  const response = error?.originalResponse;
  if (!response) return true;
  const status = response.getStatus();
  const code = problemIn(response.getBody())?.code;
  return (
    code === 'upload-interrupted' ||
    code === 'wrong-offset' ||
    status === 429 ||
    status === 502 ||
    status === 503 ||
    status === 504
  );
}

function refusalOf(error: Error, detailed: DetailedError | undefined): Refusal {
  const response = detailed?.originalResponse;
  if (!response) {
    return {
      code: undefined,
      message: 'Millrace was not reached, or the file can no longer be read. What was sent is kept; try again.',
    };
  }
  const problem = problemIn(response.getBody());
  if (problem) {
    const faults = (problem.errors ?? []).map(({ path, message }) => `${path} ${message}`);
    return { code: problem.code, message: faults.length > 0 ? faults.join('; ') : problem.detail };
  }
  const status = response.getStatus();
  return {
    code: undefined,
    message:
      status === 401 ? 'Sign in again, then try again.' : `Millrace answered with status ${status}: ${error.message}`,
  };
}

function problemIn(body: string): Problem | undefined {
  const value = parse(body);
  return isProblem(value) ? value : undefined;
}

function pathIn(body: string): string | undefined {
  const value = parse(body);
  if (typeof value !== 'object' || value === null || !('items' in value) || !Array.isArray(value.items))
    return undefined;
  const first: unknown = value.items[0];
  return typeof first === 'object' && first !== null && 'path' in first && typeof first.path === 'string'
    ? first.path
    : undefined;
}

const isProblem = (value: unknown): value is Problem =>
  typeof value === 'object' && value !== null && 'code' in value && 'detail' in value;

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
