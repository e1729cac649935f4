import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type Answer, assertProblem, type TestApi } from './api-fixture.js';

export const tus = { 'tus-resumable': '1.0.0' };
export const partType = { 'content-type': 'application/offset+octet-stream' };

const metadataOf = (metadata: Readonly<Record<string, string>>): string =>
  Object.entries(metadata)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',');

interface Ask {
  readonly method: 'POST' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS';
  readonly headers?: Record<string, string>;
  readonly payload?: string;
}

/** Asks as a client of the protocol does, and checks that errors are problems. */
export async function ask(api: TestApi, url: string, { method, headers = {}, payload }: Ask): Promise<Answer> {
  const answer = await api.app.inject({
    method,
    url,
    headers: { ...tus, ...headers },
    ...(payload === undefined ? {} : { payload }),
  });
  const body = answer.body === '' ? undefined : answer.json();
  if (answer.statusCode >= 400 && method !== 'HEAD') assertProblem(body, answer.statusCode);
  return { status: answer.statusCode, headers: answer.headers, body };
}

export const create = (
  api: TestApi,
  size: number,
  metadata: Readonly<Record<string, string>>,
  more = {},
): Promise<Answer> =>
  ask(api, '/api/uploads', {
    method: 'POST',
    headers: { 'upload-length': String(size), 'upload-metadata': metadataOf(metadata), ...more },
  });

export const send = (api: TestApi, url: string, offset: number, payload: string): Promise<Answer> =>
  ask(api, url, { method: 'PATCH', headers: { 'upload-offset': String(offset), ...partType }, payload });

/** Begins an upload that is taken. @returns its address */
export async function begun(api: TestApi, size: number, metadata: Readonly<Record<string, string>>): Promise<string> {
  const { status, headers, body } = await create(api, size, metadata);
  assert.equal(status, 201, JSON.stringify(body));
  return String(headers['location']);
}

/** Where the bytes of uploads under way lie. */
export const staging = (api: TestApi): string => join(api.inbox, '.uploads', 'resumable');
/** What an answer is, in short. */
export const code = ({ status, body }: Answer): [number, string] => [status, body?.code];
