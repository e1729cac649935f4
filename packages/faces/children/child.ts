/**
 * Entry of a child process that decodes pictures and runs the model. It lives as long as the channel to its parent:
 * a parent that is killed takes it along. Signals that a terminal sends to the whole group are the parent's to
 * answer.
 */
import sharp from 'sharp';
import { Value } from 'typebox/value';
import type { FaceFinder } from '../inference/face-finder.js';
import { detectFaces, openFinder } from './detect.js';
import { type Reply, Request, sendable } from './messages.js';

interface Opened {
  readonly finder: FaceFinder;
  readonly model: string;
  readonly maxPixels: number;
}

let opened: Opened | undefined;

async function answer(message: unknown): Promise<Reply> {
  if (!Value.Check(Request, message)) throw new Error(`unknown message ${JSON.stringify(message)}`);
  if (message.type === 'open') {
    const { path, name, maxPixels } = message;
    const { kind, finder } = await openFinder(path);
    opened = { finder, model: name, maxPixels };
    return { type: 'ready', kind };
  }
  if (opened === undefined) throw new Error('a picture came before the model');
  return { type: 'found', detection: await detectFaces(opened.finder, message.path, opened) };
}

// One picture at a time in one thread; libvips would keep decoded operations for reuse that never comes.
sharp.concurrency(1);
sharp.cache(false);
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => process.exit(0));
process.on('message', (message) => {
  void answer(message)
    .catch((error: unknown): Reply => ({ type: 'failed', error: sendable(error) }))
    .then((reply) => process.send?.(reply));
});
