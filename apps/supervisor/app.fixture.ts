// The supervisor for app.test.ts, over fake children: argument 3 on are their groups, as in `child-a,child-b child-c`.
import { fileURLToPath } from 'node:url';
import { allSettings } from '#config/app-settings.js';
import { runMain } from '#process/run-main.js';
import { type Supervised, startSupervisor, supervisorStopMs } from './app.js';

const script = fileURLToPath(new URL('./child.fixture.js', import.meta.url));
const groups = process.argv.slice(3).map((names) => names.split(',').map((name) => ({ name, script })));
let supervised: Supervised | undefined;

await runMain(
  'supervisor',
  allSettings,
  (context) => startSupervisor(context, (handle) => (supervised = handle), groups),
  {
    stopDeadlineMs: supervisorStopMs,
    hardStop: () => supervised?.killAll(),
  },
);
