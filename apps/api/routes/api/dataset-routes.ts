/** Where the rows that a source's files become are listed. */
export const datasetRoutes: ReadonlyMap<string, string> = new Map([
  ['images', '/api/images'],
  ['objects-detection', '/api/objects-detection'],
  ['vehicle-status', '/api/vehicle-status'],
  ['data-sample', '/api/data-sample'],
]);
