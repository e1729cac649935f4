/** What is wrong with a part of a value; `path` is its JSON pointer (RFC 6901), empty for the whole. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

/** A way into a value: names of properties and numbers of items. */
export type Path = readonly (string | number)[];

/** A path as a JSON pointer. */
export const pointerOf = (path: Path): string =>
  path.map((each) => `/${String(each).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** A JSON pointer's parts. */
export const partsOf = (pointer: string): readonly string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

/** The value at a JSON pointer; undefined if there is none. */
export function valueAt(value: unknown, pointer: string): unknown {
  let found = value;
  for (const part of partsOf(pointer)) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, part)) return undefined;
    found = Reflect.get(found, part);
  }
  return found;
}

/** The faults below a pointer, with their paths from there. */
export const faultsBelow = (faults: readonly Fault[], pointer: string): readonly Fault[] =>
  faults
    .filter(({ path }) => path === pointer || path.startsWith(`${pointer}/`))
    .map(({ path, message }) => ({ path: path.slice(pointer.length), message }));

/** Each fault at the field that mends it: what is missing is said beside the field that is empty. */
export const faultsByField = (faults: readonly Fault[]): readonly Fault[] =>
  faults.flatMap((fault) => {
    const names = /^must have required propert(?:y|ies) (.+)$/.exec(fault.message)?.[1];
    if (names === undefined) return [fault];
    return names.split(', ').map((name) => ({ path: fault.path + pointerOf([name]), message: 'is needed' }));
  });

/** Those of the server's faults that still hold: a part that was changed since may be right by now. */
export const faultsThatHold = (faults: readonly Fault[], judged: unknown, value: unknown): readonly Fault[] =>
  faults.filter(({ path }) => JSON.stringify(valueAt(judged, path)) === JSON.stringify(valueAt(value, path)));
