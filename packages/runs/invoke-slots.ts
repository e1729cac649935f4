import type { InvokedChild } from '#database/runs/invocations.js';
import type { InvokeLimit } from './invocations.js';
import { isUnderWay, type Memory } from './memory.js';

/** The key of an invocation, the window that limits it, and whether it has to wait for its turn there. */
export type InvocationSlot = Pick<InvokedChild, 'key' | 'window' | 'atMost' | 'held'>;

/** Gives the invocations of an attempt their slots, in the order in which they are to start. */
export function trackSlots(): {
  take(key: string, invoked: Memory['invoked'], limit: InvokeLimit | undefined): InvocationSlot;
} {
  const free = new Map<string, number>();
  return {
    take(key, invoked, limit) {
      if (!limit) return { key, held: false };
      const { name, atMost } = limit;
      const left = (free.get(name) ?? atMost - countUnderWay(invoked, name)) - 1;
      free.set(name, left);
      return { key, window: name, atMost, held: left < 0 };
    },
  };
}

function countUnderWay(invoked: Memory['invoked'], window: string): number {
  let count = 0;
  for (const child of invoked.values()) if (child.window === window && isUnderWay(child)) count += 1;
  return count;
}

export function checkLimit(limit: InvokeLimit | undefined): void {
  if (limit === undefined || (Number.isInteger(limit.atMost) && limit.atMost > 0)) return;
  throw new Error(`atMost: expected a positive whole number, got ${limit.atMost}`);
}
