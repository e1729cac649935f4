import { FileTaskInput, FileTaskOutput } from '#contracts/file-task.js';
import { defineTask } from '#contracts/task.js';
import { isObjectsDetectionName } from './names.js';

export const definition = defineTask({
  name: 'load-objects-detection',
  description: 'Loads detection events of vehicles from JSON into fleet.objects_detection, one row per detection.',
  queue: 'loads',
  input: FileTaskInput,
  output: FileTaskOutput,
  retry: { attempts: 5, backoffMs: 2_000, maxBackoffMs: 60_000 },
  timeoutMs: 60 * 60_000,
  concurrency: 1,
  priority: 0,
  source: {
    name: 'objects-detection',
    description: 'objects_detection*.json and variants (.ndjson, .jsonl; object_detection; doubled underscores)',
    matches: isObjectsDetectionName,
    batch: { files: 720, bytes: 512 * 2 ** 20 },
  },
});
