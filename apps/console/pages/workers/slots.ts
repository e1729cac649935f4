/** Queues with the number of runs that a worker takes of each at a time. */
export const slotsOf = (slots: object | null): readonly (readonly [string, number])[] =>
  Object.entries(slots ?? {})
    .flatMap(([queue, count]): (readonly [string, number])[] => (typeof count === 'number' ? [[queue, count]] : []))
    .sort(([one], [other]) => one.localeCompare(other));
