import type { EventShape } from '#events/event-shape.js';
import { orReject, type Rejected, readObject, readText, readTime } from '#events/fields.js';

/** How the events of this task's files are recognised; for `readEvents`. */
export const vehicleStatusEvents: EventShape = {
  wrapperKey: ['vehicle_status', 'vehicles_status'],
  eventKeys: ['vehicle_id', 'report_time', 'status'],
};

/** One report of one vehicle, as `fleet.vehicle_status` stores it. */
export interface VehicleStatusRow {
  readonly vehicleId: string;
  /** Microseconds since the Unix epoch. */
  readonly reportTime: bigint;
  readonly status: string;
}

const maxTextChars = 64;

/** Turns one event into its row, or says why it cannot be loaded. Further fields are ignored. */
export function parseVehicleStatus(value: unknown): { readonly row: VehicleStatusRow } | Rejected {
  return orReject(() => {
    const event = readObject(value, 'the event');
    const vehicleId = readText(event, 'vehicle_id', maxTextChars);
    const reportTime = readTime(event, 'report_time');
    return { row: { vehicleId, reportTime, status: readText(event, 'status', maxTextChars) } };
  });
}
