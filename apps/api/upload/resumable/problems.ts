import type { FastifyRequest } from 'fastify';
import { HttpProblem, notFound } from '../../http/problem.js';
import { explainUploadError } from '../upload-errors.js';

/** The version of the protocol. */
export const tusVersion = '1.0.0';

/**
 * What to throw for an answer of the tus server that is an error.
 * @param failure what it failed with, undefined where it answered by itself
 * @param said its own words
 */
export function uploadProblem(request: FastifyRequest, failure: unknown, status: number, said: string): unknown {
  if (failure instanceof HttpProblem) return failure;
  if (request.raw.destroyed && !request.raw.complete) {
    return new HttpProblem('upload-interrupted', 'the client went away before the end of what it announced');
  }
  const words = said.trim();
  switch (status) {
    case 400:
    case 403:
    case 501:
      return words.startsWith('Request aborted')
        ? new HttpProblem('upload-interrupted', 'another request goes on with this upload')
        : new HttpProblem('malformed-upload', `expected the headers of tus ${tusVersion}: ${words}`);
    case 404:
      return notFound('no resumable upload has this id; begin one with POST /api/uploads');
    case 409: {
      const offset = String(request.headers['upload-offset']);
      return new HttpProblem(
        'wrong-offset',
        `expected as Upload-Offset how many bytes are here, got ${offset}; ask with HEAD, and go on from there`,
      );
    }
    case 410:
      return new HttpProblem('upload-gone', 'the bytes of this upload are not kept any more; begin it anew');
    case 413:
      return new HttpProblem('content-too-large', 'the upload brought more bytes than Upload-Length announced');
    default:
      return failure instanceof Error ? explainUploadError(failure, '') : new Error(`tus answered ${status}: ${words}`);
  }
}

/** @throws HttpProblem 412 unless the client speaks our version */
export function expectTus(request: FastifyRequest): void {
  const version = request.headers['tus-resumable'];
  if (version === tusVersion) return;
  const got = version === undefined ? 'none' : JSON.stringify(version);
  throw new HttpProblem('wrong-tus-version', `expected the header Tus-Resumable: ${tusVersion}, got ${got}`, {
    headers: { 'tus-version': tusVersion },
  });
}
