import { defineFileTask, manySmallFiles } from '#contracts/file-task.js';
import { isObjectsDetectionName } from './names.js';

export const definition = defineFileTask({
  name: 'load-objects-detection',
  description: 'Loads detection events of vehicles from JSON into fleet.objects_detection, one row per detection.',
  source: {
    name: 'objects-detection',
    description: 'objects_detection*.json and variants (.ndjson, .jsonl; object_detection; doubled underscores)',
    matches: isObjectsDetectionName,
    batch: manySmallFiles,
  },
});
