/** What distinguishes events from what surrounds them. */
export interface EventShape {
  /** The key, or its variants, of the wrapping object whose array holds the events. */
  readonly wrapperKey: string | readonly string[];
  /**
   * Keys of which an event has at least one. A file that is nothing but one object without any of them is refused as
   * `unexpected-shape` instead of being taken for one (bad) event. Without this list every object may be an event.
   */
  readonly eventKeys?: readonly string[];
  /**
   * The wrapping keys are sections: an object has any number of them, in any order, and each event says in which it was found.
   * A section is a list, or an object that is its one event; under the same key, something else is no section but passed
   * over.
   */
  readonly sections?: boolean;
}

/** The names that a shape's wrapping key may have. */
export function wrapperKeysOf({ wrapperKey }: EventShape): readonly string[] {
  return typeof wrapperKey === 'string' ? [wrapperKey] : wrapperKey;
}

/** A key from between its quotes, escapes resolved; as it is when they are wrong, which the parser will find. */
export function keyText(written: string): string {
  if (!written.includes('\\')) return written;
  try {
    return String(JSON.parse(`"${written}"`));
  } catch {
    return written;
  }
}

/** Whether a value has at least one of the keys that events have. */
export function isLikeAnEvent({ eventKeys }: EventShape, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return eventKeys === undefined || eventKeys.some((key) => Object.hasOwn(value, key));
}

/** Whether an object has arrays, and nothing else, under those of the wrapping keys that it has; sections may be anything. */
export function wrapsArrays(shape: EventShape, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (shape.sections === true) return true;
  const keys = wrapperKeysOf(shape);
  return Object.entries(value).every(([key, inner]) => !keys.includes(key) || Array.isArray(inner));
}

/** In words, what a file of events looks like, and what a value that is nothing like it looks like. */
export function describeMismatch(shape: EventShape, value: unknown): string {
  const keys = wrapperKeysOf(shape)
    .map((name) => `{"${name}": […]}`)
    .join(' or ');
  const event = shape.eventKeys === undefined ? 'event objects' : `event objects with ${shape.eventKeys.join(', ')}`;
  return `expected ${keys}, an array of events, or ${event}, one per line; the file is ${outline(value)} instead`;
}

function outline(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `a single ${value === null ? 'null' : typeof value}`;
  const names = Object.keys(value);
  if (names.length === 0) return 'an empty object';
  const shown = names.slice(0, 5).map((name) => JSON.stringify(name.slice(0, 40)));
  return `one object with the keys ${shown.join(', ')}${names.length > 5 ? ', …' : ''}`;
}
