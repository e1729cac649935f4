// npm start: set-up, then the supervisor in this same process, so that each signal reaches it once and its exit code
// is ours. package.json says `exec node …` because npm passes SIGTERM on to its shell alone, which would die of it and
// leave us behind.
import { setUpOrExplain } from './setup.mjs';

if (await setUpOrExplain()) {
  process.setSourceMapsEnabled(true);
  await import('../dist/apps/supervisor/main.js');
}
