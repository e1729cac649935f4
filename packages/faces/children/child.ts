/**
 * Entry of a child process that decodes pictures and runs the model. It lives as long as the channel to its parent:
 * a parent that is killed takes it along. Signals that a terminal sends to the whole group are the parent's to
 * answer.
 */
import sharp from 'sharp';
import { Value } from 'typebox/value';
import { createFinder } from '../inference/open-finder.js';
import { FaceWork } from './detect.js';
import { type Reply, Request, sendable } from './messages.js';

let work: FaceWork | undefined;

async function answer(request: Request): Promise<Reply> {
  if (request.type === 'open') {
    const { model, maxPixels } = request;
    work = new FaceWork({ finder: await createFinder(model.definition, model.path), model, maxPixels });
    return { type: 'ready', id: 0 };
  }
  if (work === undefined) throw new Error('a picture came before the model');
  return { type: 'found', id: request.id, detection: await work.detect(request.path, request.identity) };
}

// A thread for each picture under way; libvips would keep decoded operations for reuse that never comes.
sharp.concurrency(1);
sharp.cache(false);
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => process.exit(0));
process.on('message', (message) => {
  if (!Value.Check(Request, message)) throw new Error(`unknown message ${JSON.stringify(message)}`);
  const id = message.type === 'open' ? 0 : message.id;
  void answer(message)
    .catch((error: unknown): Reply => ({ type: 'failed', id, error: sendable(error) }))
    .then((reply) => process.send?.(reply));
});
