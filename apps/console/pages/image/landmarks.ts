/** The landmarks of a face by name, [x, y] each: the API says no more than that it is an object, since they depend on the model. */
export function pointsOf(landmarks: object): readonly (readonly [string, readonly [number, number]])[] {
  return Object.entries(landmarks).flatMap(([name, point]: [string, unknown]) =>
    Array.isArray(point) && typeof point[0] === 'number' && typeof point[1] === 'number'
      ? [[name, [point[0], point[1]]] as const]
      : [],
  );
}
