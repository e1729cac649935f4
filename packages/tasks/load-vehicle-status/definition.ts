import { defineFileTask, manySmallFiles } from '#contracts/file-task.js';
import { isVehicleStatusName } from './names.js';

export const definition = defineFileTask({
  name: 'load-vehicle-status',
  description: 'Loads status reports of vehicles from JSON into fleet.vehicle_status, the history of every vehicle.',
  source: {
    name: 'vehicle-status',
    description: 'vehicles_status*.json and variants (.ndjson, .jsonl; vehicle_status; doubled underscores)',
    matches: isVehicleStatusName,
    batch: manySmallFiles,
  },
});
