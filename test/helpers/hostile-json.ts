/** What the generator needs of a JSON Schema; everything else in it is ignored. */
export interface SchemaNode {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
}

/** A text in JSON, with what is hostile about it. */
export interface HostileText {
  readonly label: string;
  readonly text: string;
}

const repeat = (unit: string, bytes: number): string =>
  unit.repeat(Math.max(1, Math.floor(bytes / Buffer.byteLength(unit))));
const list = (item: (index: number) => string, bytes: number): string => {
  const items: string[] = [];
  for (let used = 2; ; ) {
    const next = item(items.length);
    used += next.length + 1;
    if (used > bytes) return `[${items.join(',')}]`;
    items.push(next);
  }
};
const object = (name: (index: number) => string, value: string, bytes: number): string =>
  `{${list((index) => `${JSON.stringify(name(index))}:${value}`, bytes).slice(1, -1)}}`;

/**
 * Strings of many repeats of what a pattern is made of, with an end that does not fit: what makes a bad one backtrack.
 */
export function pumped(pattern: string, bytes: number): string[] {
  const words = pattern.match(/[A-Za-z0-9]+|[^A-Za-z0-9]/g) ?? [];
  const units = new Set([...words, ...words.map((word) => `${word},`), '0', 'a', ' ', '-', '00-', '\t']);
  return [...units].map((unit) => `${repeat(unit, bytes)}!`);
}

/** The values last made: to make them takes longer than to refuse them, and each part of a schema gets them all. */
let made: { readonly bytes: number; readonly values: readonly HostileText[] } | undefined;

/** Values that no schema expects, each about as large as `bytes`, which are 10,000 at least. */
export function hostileValues(bytes: number): readonly HostileText[] {
  // What stands around them differs by some hundred bytes.
  const size = bytes - (bytes % 10_000);
  if (made?.bytes !== size) made = { bytes: size, values: makeValues(size) };
  return made.values;
}

function makeValues(bytes: number): HostileText[] {
  const half = Math.floor(bytes / 2);
  return [
    { label: 'equal texts', text: list(() => '"1"', bytes) },
    { label: 'distinct texts', text: list((index) => `"${index + 1}"`, bytes) },
    { label: 'zeros', text: list(() => '0', bytes) },
    { label: 'empty objects', text: list(() => '{}', bytes) },
    { label: 'lists of lists', text: list(() => '[[]]', bytes) },
    { label: 'nested lists', text: '['.repeat(half) + ']'.repeat(half) },
    {
      label: 'nested objects',
      text: `${repeat('{"a":', bytes - 200_000)}1${'}'.repeat(Math.floor((bytes - 200_000) / 5))}`,
    },
    { label: 'equal nested lists', text: list(() => `${'['.repeat(1_000)}${']'.repeat(1_000)}`, bytes) },
    { label: 'a long text', text: JSON.stringify('a'.repeat(bytes - 2)) },
    { label: 'escapes', text: `"${repeat('\\u0041', bytes - 2)}"` },
    { label: 'NUL characters', text: `"${repeat('\\u0000', bytes - 2)}"` },
    { label: 'lone surrogates', text: `"${repeat('\\ud800', bytes - 2)}"` },
    { label: 'combining marks', text: JSON.stringify(`e${repeat('\u0301', bytes - 4)}`) },
    { label: 'joined emoji', text: JSON.stringify(repeat('👩\u200d', bytes - 8)) },
    { label: 'a number of many digits', text: '9'.repeat(bytes) },
    { label: 'a number of many decimals', text: `0.${'1'.repeat(bytes - 2)}` },
    { label: 'the largest number', text: '1e308' },
    { label: 'many unknown properties', text: object((index) => `u${index}`, '0', bytes) },
    { label: 'many properties with long names', text: object((index) => `${index}${'n'.repeat(900)}`, '0', bytes) },
    { label: 'the same property again and again', text: object(() => 'files', '0', bytes) },
    { label: 'number-like properties', text: object((index) => String(index * 7_919), '0', bytes) },
    { label: '__proto__', text: object(() => '__proto__', '{"files":["1"]}', bytes) },
    { label: 'constructor.prototype', text: object(() => 'constructor', '{"prototype":{}}', bytes) },
    { label: 'almost __proto__', text: object((index) => `${index}__proto__x`, '"\\"__proto__"', bytes) },
  ];
}

/** A small value that fits a schema, as far as its own keywords say. */
export function sampleOf(schema: SchemaNode): unknown {
  if (schema.enum) return schema.enum[0];
  if (schema.type === 'array') return [sampleOf(schema.items ?? {})];
  if (schema.type === 'object' || schema.properties) {
    const names = schema.required ?? [];
    return Object.fromEntries(names.map((name) => [name, sampleOf(schema.properties?.[name] ?? {})]));
  }
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 1;
  return schema.format === 'date' ? '2023-01-01' : '1';
}

/** Each part of a schema replaced by each hostile value, the rest of the whole being as `sampleOf` says. */
export function* hostileTexts(schema: SchemaNode, bytes: number): Generator<HostileText> {
  const mark = '\ue000';
  for (const [path, node] of partsOf(schema)) {
    const around = JSON.stringify(withLeaf(sampleOf(schema), path, mark));
    const put = (text: string): string => around.replace(JSON.stringify(mark), () => text);
    const room = bytes - around.length;
    const where = `/${path.join('/')}`;
    const isOpen = node.type === undefined || node.type === 'object' || node.type === 'array';
    for (const { label, text } of hostileValues(room).filter((each) => isOpen || !/^[[{]/.test(each.text)))
      yield { label: `${where}: ${label}`, text: put(text) };
    if (node.pattern === undefined) continue;
    for (const text of pumped(node.pattern, room - 300_000)) {
      yield {
        label: `${where}: ${JSON.stringify(text.slice(0, 12))}… against its pattern`,
        text: put(JSON.stringify(text)),
      };
    }
  }
}

function* partsOf(schema: SchemaNode, path: readonly string[] = []): Generator<[readonly string[], SchemaNode]> {
  yield [path, schema];
  for (const [name, each] of Object.entries(schema.properties ?? {})) yield* partsOf(each, [...path, name]);
  if (schema.items) yield* partsOf(schema.items, [...path, '0']);
}

function withLeaf(value: unknown, path: readonly string[], leaf: unknown): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return leaf;
  if (Array.isArray(value) || (value === undefined && head === '0')) return [withLeaf(Object(value)[0], rest, leaf)];
  return { ...Object(value), [head]: withLeaf(Object(value)[head], rest, leaf) };
}
