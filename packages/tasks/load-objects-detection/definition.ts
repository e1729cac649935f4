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
      {
        name: 'event_ordinal',
        type: 'integer',
        required: true,
        description: 'Position of the event in its file, from 0',
        example: 0,
      },
      {
        name: 'detection_ordinal',
        type: 'integer',
        required: true,
        description: 'Position of the detection in its event, from 0',
        example: 2,
      },
      {
        name: 'vehicle_id',
        type: 'text',
        required: true,
        description: 'The vehicle that detected it; any text',
        example: 'ebab5f787798416fb2b8afc1340d7a4e',
      },
      {
        name: 'detection_time',
        type: 'timestamptz',
        required: true,
        description: 'When it was detected',
        example: '2022-06-05T21:02:34.546Z',
      },
      {
        name: 'object_type',
        type: 'text',
        required: true,
        description: 'What was detected; not a closed set',
        example: 'pedestrians',
      },
      {
        name: 'object_value',
        type: 'integer',
        required: true,
        description: 'How many of them',
        unit: 'objects',
        example: 3,
      },
    ],
    indexes: [['detection_time'], ['vehicle_id', 'detection_time'], ['object_type', 'detection_time']],
    route: '/api/objects-detection',
  },
});
