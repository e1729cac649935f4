import sharp from 'sharp';
import { type Static, type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import { type Answer, sendable } from './messages.js';

const Message = Type.Object({ id: Type.Integer(), request: Type.Unknown() });

/**
 * The child's side of a `DecoderProcess`: answers its requests for as long as the channel to the parent stands, so a
 * parent that is killed takes it along. Signals that a terminal sends to the whole group are the parent's to answer.
 */
export function serveRequests<S extends TSchema>(schema: S, answer: (request: Static<S>) => Promise<unknown>): void {
  // A thread for each image under way; libvips would keep decoded operations for reuse that never comes.
  sharp.concurrency(1);
  sharp.cache(false);
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  process.on('disconnect', () => process.exit(0));
  process.on('message', (message) => {
    if (!Value.Check(Message, message))
      throw new Error(`expected a request with its id, got ${JSON.stringify(message)}`);
    const { id, request } = message;
    void Promise.resolve()
      .then(() => {
        if (Value.Check(schema, request)) return answer(request);
        throw new Error(`expected a request of this process, got ${JSON.stringify(request)}`);
      })
      .then((value): Answer => ({ id, answer: value }))
      .catch((error: unknown): Answer => ({ id, error: sendable(error) }))
      .then((reply) => process.send?.(reply));
  });
}
