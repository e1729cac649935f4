import { messageOf } from '#contracts/errors.js';
import type { Logger } from '#process/log.js';
import type { WorkerServices } from './context.js';

/** The services of one worker process, to be closed when no run needs them any more. */
export interface OwnedServices extends WorkerServices {
  close(): Promise<void>;
}

type Closable = { close(): Promise<void> };

/** Makes the services; what tasks share is opened on first use. */
export function createServices(fixed: Omit<WorkerServices, 'shared'>, log: Logger): OwnedServices {
  const opened = new Map<string, Promise<Closable>>();
  return {
    ...fixed,
    async shared<T extends Closable>(key: string, open: () => Promise<T>): Promise<T> {
      const opening = opened.get(key);
      if (opening) {
        // One key stands for one kind of thing; the caller that opened it said which.
        return (await opening) as T;
      }
      const first = open();
      opened.set(key, first);
      // What could not be opened is tried again by the next run.
      first.catch(() => opened.delete(key));
      return await first;
    },
    async close() {
      for (const [key, opening] of opened) {
        try {
          await (await opening).close();
        } catch (error) {
          log.warn({ err: error }, `${key} could not be closed: ${messageOf(error)}`);
        }
      }
      opened.clear();
    },
  };
}
