/**
 * Loaded into every process of the product by NODE_OPTIONS: measures the delay of its event loop from the signal USR2 on,
 * and when it ends writes it to the folder EVENT_LOOP_PROBE as `<first argument>-<pid>.json`, in milliseconds.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const folder = process.env['EVENT_LOOP_PROBE'];
if (folder !== undefined) {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  // What a process does while it starts is not what is asked for.
  process.on('SIGUSR2', () => delay.reset());
  process.on('exit', () => {
    const figures = { p99: delay.percentile(99) / 1e6, max: delay.max / 1e6, count: delay.count };
    writeFileSync(join(folder, `${process.argv[2] ?? 'main'}-${process.pid}.json`), JSON.stringify(figures));
  });
}
