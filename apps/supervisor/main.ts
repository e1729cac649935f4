import { runMain } from '#process/run-main.js';
import { startSupervisor, supervisorStopMs, type Supervised } from './app.js';

let supervised: Supervised | undefined;

await runMain(
  'supervisor',
  (context) =>
    startSupervisor(context, (handle) => {
      supervised = handle;
    }),
  { stopDeadlineMs: supervisorStopMs, hardStop: () => supervised?.killAll() },
);
