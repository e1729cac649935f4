/** Where in a JSON text the value of a JSON pointer begins; that of the nearest value above it if there is none. */
export function placeOf(text: string, pointer: string): number {
  const wanted = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  let at = 0;
  let place = 0;
  const skip = (): void => {
    while (at < text.length && /[\s,:]/.test(text[at] ?? '')) at += 1;
  };
  const readString = (): string => {
    const begin = at;
    at += 1;
    while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
    at += 1;
    try {
      return String(JSON.parse(text.slice(begin, at)));
    } catch {
      return '';
    }
  };
  /** Goes through one value; `depth` levels of the pointer lead to it, or undefined when it lies beside the way. */
  const walk = (depth: number | undefined): void => {
    skip();
    if (depth !== undefined) place = at;
    const open = text[at];
    if (open === '"') {
      readString();
      return;
    }
    if (open !== '{' && open !== '[') {
      while (at < text.length && !/[\s,\]}]/.test(text[at] ?? '')) at += 1;
      return;
    }
    at += 1;
    for (let index = 0; at < text.length; index += 1) {
      skip();
      if (text[at] === '}' || text[at] === ']') {
        at += 1;
        return;
      }
      const begin = at;
      const name = open === '{' && text[at] === '"' ? readString() : String(index);
      walk(depth !== undefined && wanted[depth] === name ? depth + 1 : undefined);
      if (at === begin) return;
    }
  };
  walk(0);
  return place;
}

/** The line of a place in a text, from 1. */
export const lineOf = (text: string, place: number): number => text.slice(0, place).split('\n').length;
