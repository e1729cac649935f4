import { statfs } from 'node:fs/promises';
import { ReadableStream } from 'node:stream/web';
import { MemoryLocker, Server, type Upload } from '@tus/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { statInside } from '#inbox/inside-inbox.js';
import { HttpProblem, wrongState } from '../../http/problem.js';
import { type HeldFolder, openFolder } from '../folder.js';
import { taken } from '../move-into-inbox.js';
import { findReplaceable, type ReplaceDeps } from '../replace.js';
import { resumableFolder, stagingFolder } from '../staging.js';
import { explainUploadError } from '../upload-errors.js';
import type { Uploaded } from '../uploaded.js';
import { finishUpload } from './finish.js';
import { expectTus, uploadProblem } from './problems.js';
import { StagedUploads } from './store.js';
import { pathOf, readTarget } from './target.js';

/** Where resumable uploads are begun; below it each has its address. */
export const uploadsPath = '/api/uploads';

/** Milliseconds for which a request whose connection may be dead goes on when another one continues its upload. */
const drainMs = 100;

/** What the protocol reads of a request. */
const requestHeaders = [
  'tus-resumable',
  'upload-length',
  'upload-defer-length',
  'upload-concat',
  'upload-metadata',
  'upload-offset',
  'content-type',
  'content-length',
];

/** What it says in an answer. Not those for pages of other sites, which have nothing to do here. */
const answerHeaders = [
  'tus-resumable',
  'tus-version',
  'tus-extension',
  'upload-length',
  'upload-metadata',
  'upload-offset',
  'upload-expires',
  'location',
  'cache-control',
];

/** Takes uploads that can be resumed, by the protocol tus 1.0.0. */
export class ResumableUploads {
  readonly #deps: ReplaceDeps;
  /** One request of this process at a time goes on with an upload. */
  readonly #locker = new MemoryLocker();
  /** Uploads on their way into the inbox. */
  readonly #finishing = new Map<string, Promise<Uploaded | undefined>>();
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(deps: ReplaceDeps) {
    this.#deps = deps;
  }

  /**
   * Answers a request of the protocol; returns when the answer is sent.
   * @param id of the upload that it is about; undefined for none
   * @throws HttpProblem for whatever is not answered with 2xx
   */
  async serve(request: FastifyRequest, reply: FastifyReply, id?: string): Promise<void> {
    if (request.method !== 'OPTIONS') expectTus(request);
    const work = this.#serve(request, reply, id);
    this.#underWay.add(work);
    try {
      await work;
    } finally {
      this.#underWay.delete(work);
    }
  }

  /** Waits until nothing is written any more. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  async #serve(request: FastifyRequest, reply: FastifyReply, id: string | undefined): Promise<void> {
    const folder = await this.#openFolder();
    try {
      const uploads = new StagedUploads(folder);
      if (id !== undefined) await this.#before(request, uploads, id);
      let failure: unknown;
      let uploaded: Uploaded | undefined;
      const server = new Server({
        path: uploadsPath,
        relativeLocation: true,
        datastore: uploads,
        locker: this.#locker,
        lockDrainTimeout: drainMs,
        onUploadCreate: async (_request, upload) => {
          await expectRoom(this.#deps, folder, upload);
          return {};
        },
        onUploadFinish: async (_request, upload) => {
          uploaded = await this.#finish(request, uploads, upload.id);
          return {};
        },
        onResponseError: (_request, error) => {
          failure = error;
          return undefined;
        },
      });
      const answer = await server.handleWeb(toWeb(request, id));
      if (answer.status >= 400) throw uploadProblem(request, failure, answer.status, await answer.text());
      for (const name of answerHeaders) {
        const value = answer.headers.get(name);
        if (value !== null) reply.header(name, value);
      }
      // The protocol's own 204 could not say what became of it; clients take any 2xx.
      if (uploaded) await reply.code(201).send({ items: [uploaded] });
      else await reply.code(answer.status).send();
    } finally {
      await folder.close();
    }
  }

  /** What the protocol does not know of: a complete upload leaves for the inbox. */
  async #before(request: FastifyRequest, uploads: StagedUploads, id: string): Promise<void> {
    // Also where a process was killed between the last byte and that: the client would ask, hear that all is there, and go.
    if (request.method === 'HEAD') await this.#finish(request, uploads, id);
    if (request.method !== 'DELETE') return;
    const path = (await uploads.record(id))?.path;
    if (path !== undefined) throw wrongState(`the upload is complete, and lies in the inbox as ${path}`);
  }

  async #openFolder(): Promise<HeldFolder> {
    try {
      return await openFolder(this.#deps.config.inboxDir, [stagingFolder, resumableFolder]);
    } catch (error) {
      throw explainUploadError(error, '');
    }
  }

  /** Once at a time: a client that hears nothing asks again. */
  async #finish(request: FastifyRequest, uploads: StagedUploads, id: string): Promise<Uploaded | undefined> {
    const known = this.#finishing.get(id);
    if (known) return await known;
    const work = finishUpload(this.#deps, request, uploads, id);
    this.#finishing.set(id, work);
    try {
      return await work;
    } finally {
      this.#finishing.delete(id);
    }
  }
}

/**
 * Whether an upload can become what it is to be, as far as that is known before its bytes are here.
 * @throws HttpProblem 404, 409, 422, or 507 when the disk has no room for it
 */
async function expectRoom(deps: ReplaceDeps, staging: HeldFolder, { metadata, size = 0 }: Upload): Promise<void> {
  const target = readTarget(metadata ?? {});
  if (target.replaces !== undefined) await findReplaceable(deps, target.replaces);
  else if (!target.overwrite && (await statInside(deps.config.inboxDir, pathOf(target)))) throw taken(pathOf(target));
  const { bavail, bsize } = await statfs(staging.path);
  const room = bavail * bsize;
  if (size <= room) return;
  throw new HttpProblem('disk-full', `the upload has ${size} bytes; the disk of the inbox has room for ${room}`);
}

/** The request, for a server that knows those of browsers alone. Its body stays that of the connection. */
function toWeb({ method, headers, raw }: FastifyRequest, id: string | undefined): Request {
  const known = requestHeaders.flatMap((name) => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  const hasBody = method === 'POST' || method === 'PATCH';
  return new Request(`http://localhost${uploadsPath}${id === undefined ? '' : `/${id}`}`, {
    method,
    headers: Object.fromEntries(known),
    // What is not read of it is the framework's to close.
    ...(hasBody ? { body: ReadableStream.from(raw.iterator({ destroyOnReturn: false })), duplex: 'half' } : {}),
  });
}
