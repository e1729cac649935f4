import { defineFileTask, manySmallFiles } from '#contracts/file-task.js';
import { eventFileName } from '#events/file-name.js';

const prefixes = ['recording', 'recordings', 'footage', 'footages', 'label', 'labels', 'sensor', 'sensors'];

const relativeTimestamp = {
  name: 'relative_timestamp',
  type: 'integer',
  required: true,
  unit: 's',
  example: 12,
} as const;
const timestamp = {
  name: 'timestamp',
  type: 'timestamptz',
  required: true,
  description: 'When it was; in files unix seconds or ISO-8601',
  example: '2024-07-18T14:05:44Z',
} as const;

export const definition = defineFileTask({
  name: 'load-recordings',
  description:
    'Loads car drives from JSON and parquet into the tables of the schema recordings: recording, footage, label, sensor. ' +
    'A file whose footage or recording no loaded file has waits for it.',
  source: {
    name: 'recordings',
    description:
      'recording_*.json with everything, or a file per table: recordings_*, footage_*, label_*, sensor_* (or their plurals) ' +
      'as .json, .ndjson, .jsonl or .parquet',
    matches: eventFileName(prefixes, ['json', 'ndjson', 'jsonl', 'parquet']),
    batch: manySmallFiles,
  },
  datasets: {
    recording: {
      table: 'recordings.recording',
      description: 'One row per recording, that is one drive of a car.',
      columns: [
        {
          name: 'id',
          type: 'text',
          maxLength: 128,
          required: true,
          description: 'The recording; no other file may have the same',
          example: 'r-0001',
        },
        {
          name: 'location',
          type: 'text',
          maxLength: 256,
          required: true,
          description: 'Where it was made',
          example: 'Vienna',
        },
      ],
      key: 'id',
      indexes: [['id']],
    },
    footage: {
      table: 'recordings.footage',
      description: 'One row per footage, that is what one camera saw of a recording. The pictures stay files.',
      columns: [
        {
          name: 'id',
          type: 'text',
          maxLength: 128,
          required: true,
          description: 'The footage; no other file may have the same',
          example: 'f-0001-front',
        },
        {
          name: 'footage_type',
          type: 'text',
          maxLength: 64,
          required: true,
          description: 'Which camera',
          example: 'front',
        },
        {
          name: 'filename',
          type: 'text',
          maxLength: 1024,
          required: true,
          description: 'Folder, zip or HDF5 file of its pictures, below the folder of footages',
          example: 'r-0001/front.zip',
        },
        {
          name: 'recording',
          type: 'text',
          maxLength: 128,
          required: true,
          description: 'The recording it is of',
          example: 'r-0001',
        },
        {
          name: 'frames',
          type: 'integer',
          description: 'How many pictures it has, if its file says so',
          unit: 'pictures',
          example: 60,
        },
      ],
      key: 'id',
      indexes: [['id'], ['recording']],
    },
    label: {
      table: 'recordings.label',
      description: 'One row per thing that was recognised on a picture of a footage.',
      columns: [
        timestamp,
        {
          ...relativeTimestamp,
          description: 'Seconds since the recording began, which is the index of the picture in the footage, from 0',
        },
        {
          name: 'label_type',
          type: 'text',
          maxLength: 64,
          required: true,
          description: 'What it is',
          example: 'pedestrian',
        },
        {
          name: 'label_certainty',
          type: 'double precision',
          required: true,
          description: 'How certain that is, 0 to 1',
          example: 0.87,
        },
        {
          name: 'footage',
          type: 'text',
          maxLength: 128,
          required: true,
          description: 'The footage it is on',
          example: 'f-0001-front',
        },
      ],
      partition: { column: 'timestamp', every: 'month' },
      indexes: [['footage', 'label_type', 'relative_timestamp']],
    },
    sensor: {
      table: 'recordings.sensor',
      description: 'One row per value that was measured during a recording, one a second and metric.',
      columns: [
        timestamp,
        { ...relativeTimestamp, description: 'Seconds since the recording began' },
        {
          name: 'metric_type',
          type: 'text',
          maxLength: 64,
          required: true,
          description: 'What was measured',
          example: 'speed',
        },
        {
          name: 'metric_value',
          type: 'double precision',
          required: true,
          description: 'The value, in the unit of its metric',
          example: 52.4,
        },
        {
          name: 'recording',
          type: 'text',
          maxLength: 128,
          required: true,
          description: 'The recording it is of',
          example: 'r-0001',
        },
      ],
      partition: { column: 'timestamp', every: 'month' },
      indexes: [['recording', 'metric_type', 'relative_timestamp']],
    },
  },
});
