import { readProjectFile } from '../structure/project.js';

/** A request as the documentation shows it. */
export interface CurlExample {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `$api`; variables like `$id` stand in it. */
  readonly path: string;
  readonly body: unknown;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether it sends the cookies that an earlier one kept (`-b` after `-c`). */
  readonly sendsCookies: boolean;
  /** The command as it is written. */
  readonly command: string;
}

/**
 * The `curl` commands in the shell blocks of a page, in their order.
 * @throws Error for an option that is not known here
 */
export function readCurlExamples(page: string): CurlExample[] {
  const blocks = [...readProjectFile(page).matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block = '']) => block);
  const commands = blocks.flatMap((block) => block.replaceAll('\\\n', ' ').split(/^(?=curl )/m));
  return commands.filter((command) => command.startsWith('curl ')).map(readCommand);
}

function readCommand(command: string): CurlExample {
  const words = [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '');
  let method: string | undefined;
  let path: string | undefined;
  let body: unknown;
  const headers: Record<string, string> = {};
  let sendsCookies = false;
  for (let at = 1; at < words.length && !words[at]?.startsWith('#'); at += 1) {
    const word = words[at] ?? '';
    if (word === '-X') method = words[++at];
    else if (word === '-H') {
      const [name = '', value = ''] = (words[++at] ?? '').split(': ');
      headers[name.toLowerCase()] = value;
    } else if (word === '-N' || word === '-OJ') continue;
    else if (word === '-c') at += 1;
    else if (word === '-b') {
      sendsCookies = true;
      at += 1;
    } else if (word === '-d') body = JSON.parse(words[++at] ?? '');
    else if (word.startsWith('$api')) path = word.slice('$api'.length);
    else throw new Error(`expected -X, -H, -N, -OJ, -b, -c, -d or an address below $api, got ${word} in: ${command}`);
  }
  if (path === undefined) throw new Error(`expected an address below $api in: ${command}`);
  return {
    method: (method ?? (body === undefined ? 'GET' : 'POST')) as CurlExample['method'],
    path,
    body,
    headers,
    sendsCookies,
    command,
  };
}
