/** Where the text that begins at `start` of a JSON text ends; the end of all where it does not. */
export function endOfText(json: string, start: number): number {
  for (let at = start + 1; at < json.length; at++) {
    if (json[at] === '\\') at += 1;
    else if (json[at] === '"') return at;
  }
  return json.length;
}

/** The JSON pointer (RFC 6901) of the value that begins at an offset of a text, which is JSON. */
export function pointerTo(json: string, offset: number): string {
  // Of each list and object around it: the number of the item, or the name as it is written.
  const path: (number | string)[] = [];
  let text = '';
  for (let at = 0; at < offset; at++) {
    const character = json[at];
    if (character === '"') {
      const end = endOfText(json, at);
      text = json.slice(at, end + 1);
      at = end;
    } else if (character === '{') path.push('""');
    else if (character === '[') path.push(0);
    else if (character === '}' || character === ']') path.pop();
    else if (character === ':') path[path.length - 1] = text;
    else if (character === ',') {
      const last = path.at(-1);
      if (typeof last === 'number') path[path.length - 1] = last + 1;
    }
  }
  return path.map((each) => `/${typeof each === 'number' ? each : escaped(JSON.parse(each))}`).join('');
}

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');
