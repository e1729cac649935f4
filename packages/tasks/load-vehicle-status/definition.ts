import { defineFileTask, manySmallFiles } from '#contracts/file-task.js';
import { eventFileName } from '#events/file-name.js';

export const definition = defineFileTask({
  name: 'load-vehicle-status',
  description: 'Loads status reports of vehicles from JSON into fleet.vehicle_status, the history of every vehicle.',
  source: {
    name: 'vehicle-status',
    description: 'vehicles_status*.json and variants (.ndjson, .jsonl; vehicle_status; doubled underscores)',
    matches: eventFileName(['vehicles_status', 'vehicle_status']),
    batch: manySmallFiles,
  },
  dataset: {
    table: 'fleet.vehicle_status',
    description: 'One row per status report of a vehicle. The view fleet.vehicle_status_latest has the latest of each.',
    columns: [
      {
        name: 'vehicle_id',
        type: 'text',
        required: true,
        description: 'The vehicle that reported; any text',
        example: 'ebab5f787798416fb2b8afc1340d7a4e',
      },
      {
        name: 'report_time',
        type: 'timestamptz',
        required: true,
        description: 'When it was reported',
        example: '2022-05-05T22:02:34.546Z',
      },
      {
        name: 'status',
        type: 'text',
        required: true,
        description: 'The status that was reported; not a closed set',
        example: 'driving',
      },
    ],
    indexes: [
      ['report_time', 'file_id', 'ordinal'],
      ['vehicle_id', 'report_time', 'file_id', 'ordinal'],
      ['status', 'report_time'],
    ],
    route: '/api/vehicle-status',
  },
});
