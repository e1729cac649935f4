// The thread behind disk.ts: one request after the other, but for large files, which give way to others now and then.
import { setImmediate as giveWay } from 'node:timers/promises';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { Answer, Request } from './disk.js';
import { type Hashed, hash } from './hash.js';
import { type FoundFile, look, type Step, walk } from './walk.js';

const inboxDir: string = workerData;
const walks = new Map<number, Generator<Step, void, undefined>>();

async function hashAll(files: readonly FoundFile[]): Promise<Hashed[]> {
  const hashed: Hashed[] = [];
  for (const file of files) {
    const work = hash(inboxDir, file);
    let step = work.next();
    for (; !step.done; step = work.next()) await giveWay();
    hashed.push(step.value);
  }
  return hashed;
}

async function answer(request: Request): Promise<Answer> {
  switch (request.kind) {
    case 'look':
      return { id: request.id, kind: 'looks', looks: request.paths.map((path) => look(inboxDir, path)) };
    case 'hash':
      return { id: request.id, kind: 'hashes', hashes: await hashAll(request.files) };
    case 'walk':
      walks.set(request.id, walk(inboxDir, request.below));
      return { id: request.id, kind: 'step', step: undefined };
    case 'next': {
      const step = walks.get(request.walk)?.next();
      if (step?.value === undefined) walks.delete(request.walk);
      return { id: request.id, kind: 'step', step: step?.value ?? undefined };
    }
    case 'leave':
      walks.delete(request.walk);
      return { id: request.id, kind: 'step', step: undefined };
  }
}

function serve(port: MessagePort): void {
  port.on('message', (request: Request) => {
    void answer(request).then((reply) => port.postMessage(reply));
  });
}

if (parentPort) serve(parentPort);
