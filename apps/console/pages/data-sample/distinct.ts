/** How many different values each field has; the API says of its answer only that it is an object. */
export const distinctOf = (distinct: object): ReadonlyMap<string, number> =>
  new Map(
    Object.entries(distinct).flatMap(([field, count]: [string, unknown]) =>
      typeof count === 'number' ? [[field, count] as const] : [],
    ),
  );
