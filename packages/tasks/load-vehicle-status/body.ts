import { type EventTable, loadEventFiles } from '#loading/load-events.js';
import type { TaskRun } from '#runs/context.js';
import type { definition } from './definition.js';
import { parseVehicleStatus, type VehicleStatusRow, vehicleStatusEvents } from './parse.js';

const reports: EventTable<VehicleStatusRow> = {
  shape: vehicleStatusEvents,
  table: 'fleet.vehicle_status',
  columns: ['file_id', 'ordinal', 'vehicle_id', 'report_time', 'status'],
  parse(event) {
    const parsed = parseVehicleStatus(event);
    return 'reject' in parsed ? parsed : { rows: [parsed.row] };
  },
  write(copy, row, fileId, ordinal) {
    copy.row(5);
    copy.int8(fileId);
    copy.int4(ordinal);
    copy.text(row.vehicleId);
    copy.timestamp(row.reportTime);
    copy.text(row.status);
  },
};

export const run: TaskRun<typeof definition> = (context) => loadEventFiles(context, reports);
