import type { EventShape } from '#events/event-shape.js';
import {
  type JsonObject,
  orReject,
  type Rejected,
  readArray,
  readCount,
  readObject,
  readText,
  readTime,
} from '#events/fields.js';

/** How the events of this task's files are recognised; for `readEvents`. */
export const objectsDetectionEvents: EventShape = {
  wrapperKey: ['objects_detection_events', 'object_detection_events'],
  eventKeys: ['vehicle_id', 'detection_time', 'detections', 'object_type', 'object_value'],
};

/** One detection of one event, as `fleet.objects_detection` stores it. */
export interface ObjectsDetectionRow {
  readonly vehicleId: string;
  /** Microseconds since the Unix epoch. */
  readonly detectionTime: bigint;
  readonly objectType: string;
  readonly objectValue: number;
  /** Index of the event in its file, from 0. */
  readonly eventOrdinal: number;
  /** Index of the detection in its event, from 0: distinguishes two detections of one type in one event. */
  readonly detectionOrdinal: number;
}

const maxTextChars = 64;

/**
 * Turns one event into rows: one per element of `detections`, or the one of a flat event (`object_type` and
 * `object_value` beside `vehicle_id` and `detection_time`); an empty `detections` array gives none. Further fields are
 * ignored. One fault anywhere rejects the whole event, so that a count over its rows is never a part of what was seen.
 */
export function parseObjectsDetection(
  value: unknown,
  eventOrdinal: number,
): { readonly rows: readonly ObjectsDetectionRow[] } | Rejected {
  return orReject(() => {
    const event = readObject(value, 'the event');
    const vehicleId = readText(event, 'vehicle_id', maxTextChars);
    const detectionTime = readTime(event, 'detection_time');
    const rowOf = (detection: JsonObject, prefix: string, detectionOrdinal: number): ObjectsDetectionRow => ({
      vehicleId,
      detectionTime,
      objectType: readText(detection, 'object_type', maxTextChars, `${prefix}object_type`),
      objectValue: readCount(detection, 'object_value', `${prefix}object_value`),
      eventOrdinal,
      detectionOrdinal,
    });
    if (!Object.hasOwn(event, 'detections') && Object.hasOwn(event, 'object_type')) {
      return { rows: [rowOf(event, '', 0)] };
    }
    const rows = readArray(event, 'detections').map((detection, ordinal) => {
      const name = `detections[${ordinal}]`;
      return rowOf(readObject(detection, name), `${name}.`, ordinal);
    });
    return { rows };
  });
}
