import { allSettings } from '#config/app-settings.js';
import { runMain } from '#process/run-main.js';
import { type Supervised, startSupervisor, supervisorStopMs } from './app.js';

let supervised: Supervised | undefined;

await runMain(
  'supervisor',
  allSettings,
  (context) =>
    startSupervisor(context, (handle) => {
      supervised = handle;
    }),
  { stopDeadlineMs: supervisorStopMs, hardStop: () => supervised?.killAll() },
);
