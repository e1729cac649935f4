import { hostileTexts, hostileValues, pumped, type SchemaNode } from './hostile-json.js';
import { inlined } from './open-api.js';

/** A request that a client may send and that must neither hold the API up nor be answered as a fault of the API. */
export interface HostileRequest {
  readonly label: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What answers it when it is fit goes on for ever. */
  readonly isEndless?: boolean;
}

/** What of an OpenAPI document is read here. */
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: SchemaNode }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: SchemaNode }>> };
  readonly responses?: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
}

/** What of `GET /api/tasks` is read here. */
export interface ListedTask {
  readonly name: string;
  readonly inputSchema: SchemaNode;
}

/** The largest body that is sent, in bytes: the API takes a million. */
const bodyBytes = 990_000;
/** The longest address or header: Node takes 16 kB of headers. */
const headBytes = 12_000;

const jsonType = { 'content-type': 'application/json' };

/** An operation of the API with an address that leads to it. */
interface Route extends Operation {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly url: string;
  readonly isEndless: boolean;
}

const routesOf = (api: OpenApi, task: string): Route[] =>
  Object.entries(api.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([verb, operation]) => {
      const method = verb.toUpperCase();
      const url = path.replace('{name}', task).replace(/\{[^}]+\}/g, '1');
      const isEndless = operation.responses?.['200']?.content?.['text/event-stream'] !== undefined;
      return { ...operation, name: `${method} ${path}`, method, path, url, isEndless };
    }),
  );

/**
 * Hostile addresses and headers for every route. What no route sees, since the framework reads it, goes to the first.
 */
export function* hostileAddresses(api: OpenApi): Generator<HostileRequest> {
  const patterns = new Set<string | undefined>([undefined]);
  for (const [index, route] of routesOf(api, 'load-data-sample').entries()) {
    for (const request of addressesOf(route, index === 0, patterns)) yield { ...request, isEndless: route.isEndless };
  }
}

function* addressesOf(
  { name, method, path, url, parameters = [] }: Route,
  isFirst: boolean,
  patterns: Set<string | undefined>,
): Generator<HostileRequest> {
  for (const { name: parameter, in: location, schema } of parameters) {
    const values = patterns.has(schema.pattern) ? hostileParameters() : hostileParameters(schema.pattern);
    patterns.add(schema.pattern);
    for (const [label, value] of values) {
      const address = location === 'path' ? path.replace(`{${parameter}}`, value) : `${url}?${parameter}=${value}`;
      yield { label: `${name} ${parameter}: ${label}`, method, url: address.replace(/\{[^}]+\}/g, '1'), headers: {} };
    }
    yield { label: `${name} ${parameter}: often`, method, url: `${url}?${many(`${parameter}=1&`)}`, headers: {} };
  }
  for (const [label, query] of hostileQueries.slice(0, isFirst ? undefined : 2)) {
    yield { label: `${name} ${label}`, method, url: `${url}?${query}`, headers: {} };
  }
  for (const [label, headers] of isFirst ? hostileHeaders : []) {
    yield { label: `${name} ${label}`, method, url, headers };
  }
}

/** Hostile bodies for every route that takes one, but for those that start a run of a task: see `hostileInputs`. */
export function* hostileBodies(api: OpenApi, tasks: readonly ListedTask[]): Generator<HostileRequest> {
  const ofTasks = new Set(tasks.map((task) => `/api/tasks/${task.name}/runs`));
  for (const { name, method, path, url, requestBody, isEndless } of routesOf(api, tasks[0]?.name ?? '')) {
    if (ofTasks.has(path)) continue;
    const schema = inlined(api, requestBody?.content['application/json']?.schema);
    for (const { label, text } of isSchema(schema)
      ? hostileTexts(schema, bodyBytes)
      : hostileValues(bodyBytes).slice(0, 1)) {
      yield { label: `${name} body ${label}`, method, url, headers: jsonType, body: text, isEndless };
    }
    for (const [label, body, type = formType] of requestBody?.content['multipart/form-data'] ? hostileForms() : []) {
      yield { label: `${name} form: ${label}`, method, url, headers: { 'content-type': type }, body };
    }
  }
}

/** Hostile inputs for every task; tasks that share a schema are one. The rest of their bodies is that of any task. */
export function* hostileInputs(tasks: readonly ListedTask[]): Generator<HostileRequest> {
  const inputs = new Map(tasks.map((task) => [JSON.stringify(task.inputSchema), task]));
  for (const { name, inputSchema } of inputs.values()) {
    const schema: SchemaNode = { type: 'object', properties: { input: inputSchema }, required: ['input'] };
    for (const { label, text } of hostileTexts(schema, bodyBytes)) {
      const url = `/api/tasks/${name}/runs`;
      yield { label: `task ${name} ${label}`, method: 'POST', url, headers: jsonType, body: text };
    }
  }
}

const isSchema = (node: unknown): node is SchemaNode => typeof node === 'object' && node !== null;

const many = (unit: string, bytes = headBytes): string => unit.repeat(Math.floor(bytes / unit.length));

function* hostileParameters(pattern?: string): Generator<[label: string, value: string]> {
  yield ['long', many('a')];
  yield ['percent-encoded emoji', many('%F0%9F%98%80')];
  yield ['percent-encoded marks', `e${many('%CC%81')}`];
  yield ['wildcards', many('*a', 4_000)];
  yield ['percent signs', many('%25')];
  yield ['commas', many(',')];
  yield ['NUL', '%00'];
  yield ['lone surrogate', '%ED%A0%80'];
  yield ['broken percent', '%E0%A4%A'];
  yield ['huge number', many('9')];
  yield ['base64 of brackets', Buffer.from('['.repeat(9_000)).toString('base64url')];
  if (pattern === undefined) return;
  for (const text of pumped(pattern, 4_000)) {
    yield [`${JSON.stringify(text.slice(0, 12))}… against its pattern`, encodeURIComponent(text)];
  }
}

const hostileQueries: readonly [label: string, query: string][] = [
  ['many unknown parameters', Array.from({ length: 1_200 }, (_, index) => `p${index}=1`).join('&')],
  ['the parameter __proto__', many('__proto__=1&')],
  ['the parameter __proto__[x]', many('__proto__[x]=1&')],
  ['the parameter constructor', many('constructor=1&')],
  ['only separators', many('&')],
  ['only equals signs', many('=')],
  ['plus signs', `a=${many('+')}`],
];

const hostileHeaders: readonly [label: string, headers: Record<string, string>][] = [
  ['Accept', { accept: many('text/html;q=0.1,') }],
  ['Accept of spaces', { accept: `${many(' ')}x` }],
  ['If-None-Match', { 'if-none-match': many('W/"a",') }],
  ['Cookie', { cookie: many('a=b;') }],
  ['Cookie of escapes', { cookie: `a=${many('%41')}` }],
  ['Authorization', { authorization: `Bearer${many(' ')}` }],
  ['Content-Type', { 'content-type': `application/json;${many(' a=b;')}` }],
  ['Content-Type of spaces', { 'content-type': `multipart/form-data;${many(' ')}x` }],
  ['Origin', { origin: `http://${many('a.')}` }],
];

const boundary = 'hostileboundary';
const formType = `multipart/form-data; boundary=${boundary}`;

function* hostileForms(): Generator<[label: string, body: string, type?: string]> {
  const part = (name: string, content: string): string =>
    `--${boundary}\r\ncontent-disposition: form-data; name="f"; filename="${name}"\r\n\r\n${content}\r\n`;
  const end = `--${boundary}--\r\n`;
  yield [
    'many files',
    `${Array.from({ length: 9_000 }, (_, index) => part(`${index}`, ''))
      .join('')
      .slice(0, bodyBytes)}${end}`,
  ];
  yield ['many equal names', `${many(part('a', ''), bodyBytes)}${end}`];
  yield ['a long name', `${part('n'.repeat(60_000), '')}${end}`];
  yield ['a name of escapes', `${part('\\"'.repeat(30_000), '')}${end}`];
  yield ['an endless header', `--${boundary}\r\n${many('a: b\r\n', bodyBytes)}`];
  yield ['a long header', `--${boundary}\r\ncontent-disposition: ${many(';', bodyBytes)}\r\n\r\n${end}`];
  yield [
    'parameters in a header',
    `--${boundary}\r\ncontent-disposition: form-data${many('; a="b"', 70_000)}\r\n\r\nx\r\n${end}`,
  ];
  yield ['almost boundaries', part('a', many(`\r\n--${boundary.slice(0, -1)}`, bodyBytes))];
  yield ['line ends', part('a', many('\r\n', bodyBytes))];
  yield ['dashes', part('a', many('-', bodyBytes))];
  yield ['many fields', many(`--${boundary}\r\ncontent-disposition: form-data; name="folder"\r\n\r\nx\r\n`, bodyBytes)];
  const folder = `--${boundary}\r\ncontent-disposition: form-data; name="folder"\r\n\r\n${many('a/', 9_000)}\r\n`;
  yield ['a deep folder', `${folder}${part('a', 'x')}${end}`];
  yield ['repetitive boundary', many('-a', bodyBytes), `multipart/form-data; boundary=${'-a'.repeat(30)}b`];
}
