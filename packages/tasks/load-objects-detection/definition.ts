import { defineFileTask, manySmallFiles } from '#contracts/file-task.js';
import { eventFileName } from '#events/file-name.js';

export const definition = defineFileTask({
  name: 'load-objects-detection',
  description: 'Loads detection events of vehicles from JSON into fleet.objects_detection, one row per detection.',
  source: {
    name: 'objects-detection',
    description: 'objects_detection*.json and variants (.ndjson, .jsonl; object_detection; doubled underscores)',
    matches: eventFileName(['objects_detection', 'object_detection']),
    batch: manySmallFiles,
  },
  dataset: {
    table: 'fleet.objects_detection',
    description: 'One row per detection of an event. The same type twice in an event is two rows.',
    columns: [
      { name: 'event_ordinal', type: 'integer', required: true, description: 'Place of the event in its file, from 0' },
      {
        name: 'detection_ordinal',
        type: 'integer',
        required: true,
        description: 'Place of the detection in its event, from 0',
      },
      { name: 'vehicle_id', type: 'text', required: true, description: 'The vehicle' },
      { name: 'detection_time', type: 'timestamptz', required: true, description: 'When it was detected' },
      { name: 'object_type', type: 'text', required: true, description: 'The type of the object' },
      { name: 'object_value', type: 'integer', required: true, description: 'The number of such objects' },
    ],
    indexes: [['detection_time'], ['vehicle_id', 'detection_time'], ['object_type', 'detection_time']],
    route: '/api/objects-detection',
  },
});
