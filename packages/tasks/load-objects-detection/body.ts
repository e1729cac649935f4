import { type EventTable, loadEventFiles } from '#loading/load-events.js';
import type { TaskRun } from '#runs/context.js';
import type { definition } from './definition.js';
import { type ObjectsDetectionRow, objectsDetectionEvents, parseObjectsDetection } from './parse.js';

/** How detection events become rows of `fleet.objects_detection`. */
export const detections: EventTable<ObjectsDetectionRow> = {
  shape: objectsDetectionEvents,
  table: 'fleet.objects_detection',
  columns: [
    'file_id',
    'ordinal',
    'event_ordinal',
    'detection_ordinal',
    'vehicle_id',
    'detection_time',
    'object_type',
    'object_value',
  ],
  parse: parseObjectsDetection,
  write(copy, row, fileId, ordinal) {
    copy.row(8);
    copy.int8(fileId);
    copy.int4(ordinal);
    copy.int4(row.eventOrdinal);
    copy.int4(row.detectionOrdinal);
    copy.text(row.vehicleId);
    copy.timestamp(row.detectionTime);
    copy.text(row.objectType);
    copy.int4(row.objectValue);
  },
};

export const run: TaskRun<typeof definition> = (context) => loadEventFiles(context, detections);
