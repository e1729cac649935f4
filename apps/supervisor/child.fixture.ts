// A child for the tests that does nothing but start and stop; its name says how. SIGUSR2 makes it compute for ever.
import { SetupError } from '#contracts/errors.js';
import { runMain } from '#process/run-main.js';
import { announceReady } from '#process/supervisor-messages.js';

const name = process.argv[2] ?? '';

await runMain('child', [], async ({ releasers }) => {
  if (name.endsWith('refusing')) throw new SetupError('SOMETHING: expected a, got b');
  setInterval(() => {}, 60_000);
  process.on('SIGUSR2', () => {
    for (;;);
  });
  releasers.add('itself', async () => {
    if (name.endsWith('hanging')) await new Promise(() => {});
    process.stdout.write(`${name} stopped\n`);
  });
  announceReady();
});
