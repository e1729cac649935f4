import { eventFileName } from '#events/file-name.js';

const isName = eventFileName(['objects_detection', 'object_detection']);

/** Whether a path below the inbox is named like a file of detections, for example `objects_detection_20240718_140532.json`. */
export function isObjectsDetectionName(path: string): boolean {
  return isName(path);
}
