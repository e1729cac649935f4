import { Worker } from 'node:worker_threads';
import type { Hashed } from './hash.js';
import type { FoundFile, Look, Step } from './walk.js';

/**
 * The inbox's files, read in a thread of its own: there the cheap blocking calls hold up nobody, neither the events
 * nor a stop, and hashing goes on while the ledger is written. All reject once it is closed.
 */
export interface Disk {
  /** What lies at some paths now, in their order. */
  look(paths: readonly string[]): Promise<readonly Look[]>;
  /** The hashes of some files, in their order; see `hash`. A large file does not keep other requests waiting. */
  hash(files: readonly FoundFile[]): Promise<readonly Hashed[]>;
  /** The files of a folder and of those in it; see `walk`. */
  walk(below: string): AsyncGenerator<Step, void, undefined>;
  /** Ends it at once, whatever it reads. */
  close(): Promise<void>;
}

/** What the thread is asked. */
export type Request = { readonly id: number } & Question;
type Question =
  | { readonly kind: 'look'; readonly paths: readonly string[] }
  | { readonly kind: 'hash'; readonly files: readonly FoundFile[] }
  | { readonly kind: 'walk'; readonly below: string }
  | { readonly kind: 'next' | 'leave'; readonly walk: number };

/** What it answers. A step of `undefined` ends a walk. */
export type Answer = { readonly id: number } & (
  | { readonly kind: 'looks'; readonly looks: readonly Look[] }
  | { readonly kind: 'hashes'; readonly hashes: readonly Hashed[] }
  | { readonly kind: 'step'; readonly step: Step | undefined }
);

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/** Starts the thread. */
export function openDisk(inboxDir: string): Disk {
  const waiting = new Map<number, Waiting>();
  let asked = 0;
  let worker: Worker | undefined;
  let closed = false;

  const start = (): Worker => {
    const thread = new Worker(new URL('./disk-thread.js', import.meta.url), { workerData: inboxDir, execArgv: [] });
    const end = (error: Error): void => {
      if (worker === thread) worker = undefined;
      for (const each of waiting.values()) each.reject(error);
      waiting.clear();
    };
    thread.on('message', (answer: Answer) => {
      waiting.get(answer.id)?.resolve(answer);
      waiting.delete(answer.id);
    });
    thread.on('error', (error) => end(new Error('the thread that reads the inbox failed', { cause: error })));
    thread.on('exit', (code) => end(new Error(`the thread that reads the inbox ended with code ${code}`)));
    return thread;
  };
  const ask = async (question: Question): Promise<Answer> => {
    if (closed) throw new Error('the watcher stops and reads no more');
    // A thread that failed, for want of memory perhaps, is replaced at the next request.
    worker ??= start();
    const thread = worker;
    asked += 1;
    const id = asked;
    return await new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      thread.postMessage({ ...question, id } satisfies Request);
    });
  };

  return {
    async look(paths) {
      const answer = await ask({ kind: 'look', paths });
      return answer.kind === 'looks' ? answer.looks : [];
    },
    async hash(files) {
      const answer = await ask({ kind: 'hash', files });
      return answer.kind === 'hashes' ? answer.hashes : [];
    },
    async *walk(below) {
      const { id: walk } = await ask({ kind: 'walk', below });
      let ended = false;
      try {
        for (;;) {
          const answer = await ask({ kind: 'next', walk });
          ended = answer.kind !== 'step' || answer.step === undefined;
          if (answer.kind !== 'step' || answer.step === undefined) return;
          yield answer.step;
        }
      } finally {
        if (!ended && !closed) await ask({ kind: 'leave', walk });
      }
    },
    async close() {
      closed = true;
      await worker?.terminate();
    },
  };
}
