const driver = 'ebab5f787798416fb2b8afc1340d7a4e';

/** The document of three detection events whose rows are known: 6 of them, one per detection. */
export const objectsDetectionExample = {
  fileName: 'objects_detection_20240718_140532.json',
  rows: 6,
  document: {
    objects_detection_events: [
      {
        vehicle_id: driver,
        detection_time: '2022-06-05T21:02:34.546Z',
        detections: [
          { object_type: 'pedestrians', object_value: 3 },
          { object_type: 'cars', object_value: 2 },
          { object_type: 'signs', object_value: 3 },
        ],
      },
      {
        vehicle_id: driver,
        detection_time: '2022-06-05T21:05:20.590Z',
        detections: [{ object_type: 'cars', object_value: 4 }],
      },
      {
        vehicle_id: driver,
        detection_time: '2022-06-05T21:11:35.567Z',
        detections: [
          { object_type: 'trucks', object_value: 5 },
          { object_type: 'obstacles', object_value: 2 },
        ],
      },
    ],
  },
} as const;

/** The document of three status reports: 3 rows. One id is no hexadecimal number; the file says vehicles, the key vehicle. */
export const vehicleStatusExample = {
  fileName: 'vehicles_status_20240718_140532.json',
  rows: 3,
  document: {
    vehicle_status: [
      { vehicle_id: driver, report_time: '2022-05-05T22:02:34.546Z', status: 'driving' },
      { vehicle_id: 'ebae3f787798416fb2b8afc1340d7a6d', report_time: '2022-05-06T00:02:34.546Z', status: 'accident' },
      { vehicle_id: 'qbae3f787798416fb2b8afc1340ddf19', report_time: '2022-05-09T00:02:34.546Z', status: 'parking' },
    ],
  },
} as const;
