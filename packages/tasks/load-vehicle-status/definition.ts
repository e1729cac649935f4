import { FileTaskInput, FileTaskOutput } from '#contracts/file-task.js';
import { defineTask } from '#contracts/task.js';
import { isVehicleStatusName } from './names.js';

export const definition = defineTask({
  name: 'load-vehicle-status',
  description: 'Loads status reports of vehicles from JSON into fleet.vehicle_status, the history of every vehicle.',
  queue: 'loads',
  input: FileTaskInput,
  output: FileTaskOutput,
  retry: { attempts: 5, backoffMs: 2_000, maxBackoffMs: 60_000 },
  timeoutMs: 60 * 60_000,
  concurrency: 1,
  priority: 0,
  source: {
    name: 'vehicle-status',
    description: 'vehicles_status*.json and variants (.ndjson, .jsonl; vehicle_status; doubled underscores)',
    matches: isVehicleStatusName,
    batch: { files: 720, bytes: 512 * 2 ** 20 },
  },
});
