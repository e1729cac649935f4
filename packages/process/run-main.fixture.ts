// A small app for run-main.test.ts: what it does is named by its first argument.
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from '#contracts/errors.js';
import { runMain } from './run-main.js';
import { announceReady } from './supervisor-messages.js';

const behaviour = process.argv[2];
const keepAlive = setInterval(() => {}, 60_000);

await runMain('fixture', ['port'], async ({ log, releasers }) => {
  releasers.add('timer', () => {
    clearInterval(keepAlive);
    process.stdout.write('released\n');
  });
  switch (behaviour) {
    case 'setup-error':
      throw new SetupError('FIRST: expected a, got b\nSECOND: expected c, got d');
    case 'error':
      throw new Error('it broke');
    case 'later-error':
      setImmediate(() => void Promise.reject(new Error('it broke later')));
      break;
    case 'flood':
      for (let n = 0; n < 1000; n++) log.warn({ err: new Error('connection refused') }, 'it is away');
      for (let n = 0; n < 3; n++) log.warn(`other ${n}`);
      for (let n = 0; n < 10; n++) log.info('work done');
      break;
    case 'chatty':
      setInterval(() => log.info('still here'), 20);
      break;
    case 'hang':
      releasers.add('stubborn thing', () => new Promise(() => {}));
      break;
    case 'slow-stop':
      releasers.add('slow thing', () => sleep(60_000));
      break;
    default:
  }
  announceReady({ behaviour });
});
