import { eventFileName } from '#events/file-name.js';

const isName = eventFileName(['vehicles_status', 'vehicle_status']);

/** Whether a path below the inbox is named like a file of vehicle statuses, for example `vehicles_status_20240718_140532.json`. */
export function isVehicleStatusName(path: string): boolean {
  return isName(path);
}
