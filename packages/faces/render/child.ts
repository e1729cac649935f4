/**
 * Entry of the child process that renders pictures, one after the other. It lives as long as the channel to its parent:
 * a parent that is killed takes it along. Signals that a terminal sends to the whole group are the parent's to answer.
 */
import sharp from 'sharp';
import { Value } from 'typebox/value';
import { sendable } from '../children/messages.js';
import { type RenderReply, RenderRequest } from './messages.js';
import { renderPicture } from './render.js';

async function answer(message: unknown): Promise<RenderReply> {
  if (!Value.Check(RenderRequest, message)) throw new Error('unknown message');
  return { type: 'rendered', bytes: await renderPicture(message) };
}

sharp.concurrency(1);
sharp.cache(false);
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => process.exit(0));
process.on('message', (message) => {
  void answer(message)
    .catch((error: unknown): RenderReply => ({ type: 'failed', error: sendable(error) }))
    .then((reply) => process.send?.(reply));
});
