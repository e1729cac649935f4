import { type Static, type TSchema, Type } from 'typebox';
import { Pointer } from 'typebox/value';
import { InvalidInputError, validate } from '#contracts/validate.js';
import type { Violation, ViolationList } from '#contracts/violation-list.js';
import { BlazefaceSearch } from '../inference/blazeface-search.js';
import { YunetSearch } from '../inference/yunet-search.js';

/** What stands in the `model.json` of a model's folder. docs/faces.md explains it to those who add one. */

const exact = { additionalProperties: false } as const;
const words = (maxLength: number) => Type.String({ minLength: 1, maxLength });
/** A file of the folder, not of another one. */
const fileName = Type.String({ pattern: '^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$' });

/** Where the model's file can be had; the first that gives bytes of the right hash is taken. */
export const ModelSource = Type.Union([
  Type.Object({ url: Type.String({ pattern: '^https://', maxLength: 500 }) }, exact),
  Type.Object({ npm: words(214), converter: Type.Literal('blazeface') }, exact),
]);

/** The terms of the model's weights, which are not those of the program that runs them. */
export const ModelLicence = Type.Object(
  {
    /** SPDX expression. */
    spdx: words(100),
    /** Name of the folder's file with the text. */
    text: Type.Optional(fileName),
    holder: words(300),
    /** False where commercial use is forbidden or not known to be allowed; such a model is never a default. */
    commercialUse: Type.Boolean(),
    /** Where the licence is stated. */
    source: words(500),
  },
  exact,
);

/** How pixel values become the network's input: planes in this order, each value · factor + offset. */
export const ModelInput = Type.Object(
  {
    order: Type.Union([Type.Literal('bgr'), Type.Literal('rgb')]),
    factor: Type.Number(),
    offset: Type.Number(),
    /** The value, in the network's terms, of what lies outside the image. */
    padding: Type.Number(),
  },
  exact,
);

/** From which score a box counts as a face, and how that was found. */
export const ModelThreshold = Type.Object(
  { score: Type.Number({ minimum: 0, maximum: 1 }), method: words(1000), data: words(1000) },
  exact,
);

const schemaOf = <D extends string, S extends TSchema>(decode: D, search: S) =>
  Type.Object(
    {
      /** The folder's name. */
      name: Type.String({ pattern: '^[a-z0-9][a-z0-9.-]{0,59}$' }),
      title: words(200),
      file: Type.Object(
        {
          name: fileName,
          sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
          bytes: Type.Integer({ minimum: 1, maximum: 1_000_000_000 }),
          from: Type.Array(ModelSource, { maxItems: 10 }),
        },
        exact,
      ),
      licence: ModelLicence,
      input: ModelInput,
      decode: Type.Literal(decode),
      threshold: ModelThreshold,
      search,
    },
    exact,
  );

/** The ways in which a network's outputs are read, each with the numbers that its search takes. */
const schemas = { yunet: schemaOf('yunet', YunetSearch), blazeface: schemaOf('blazeface', BlazefaceSearch) };

/** All of `model.json`, as it goes to the process that runs the model. */
export const ModelDefinition = Type.Union([schemas.yunet, schemas.blazeface]);

/** What a process needs to load a model and say its name: a part of `FaceModel`. */
export const LoadableModel = Type.Object({
  /** Absolute path of the ONNX file. */
  path: Type.String(),
  /** SHA-256 of the file, hexadecimal. */
  sha256: Type.String(),
  name: Type.String(),
  definition: ModelDefinition,
});

export type ModelDecode = keyof typeof schemas;
export type ModelDefinition = Static<typeof ModelDefinition>;
export type LoadableModel = Static<typeof LoadableModel>;
export type ModelLicence = Static<typeof ModelLicence>;
export type ModelSource = Static<typeof ModelSource>;

function isDecode(value: unknown): value is ModelDecode {
  return typeof value === 'string' && Object.hasOwn(schemas, value);
}

/** Said of an object that has a field which is not known. */
const unknownField = /^must not have "(.*)"$/;

/** Each fault with what came in its name. */
const describe = (violations: ViolationList, content: unknown): string =>
  violations.describe((violation) => describeOne(violation, content));

function describeOne({ path, message }: Violation, content: unknown): string {
  const name = path.slice(1).replaceAll('/', '.');
  const [, unknown] = unknownField.exec(message) ?? [];
  if (unknown !== undefined) return `${name === '' ? '' : `${name}.`}${unknown} is not a known field`;
  const field = name === '' ? 'the whole' : name;
  const value: unknown = path === '' ? content : Pointer.Get(content, path);
  const got = JSON.stringify(value) ?? 'nothing';
  return `${field} ${message}, got ${got.length > 80 ? `${got.slice(0, 80)}…` : got}`;
}

/**
 * What a `model.json` says.
 * @throws Error that names every field at fault, what was expected there and what came
 */
export function parseModelDefinition(text: string): ModelDefinition {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new Error(`expected JSON (${error instanceof Error ? error.message : String(error)})`, { cause: error });
  }
  const decode: unknown =
    typeof content === 'object' && content !== null && 'decode' in content ? content.decode : undefined;
  // Checked first, so that the violations are those of the kind that is meant.
  if (!isDecode(decode)) {
    const known = Object.keys(schemas).join(' or ');
    throw new Error(`decode: expected ${known}, got ${JSON.stringify(decode) ?? 'nothing'}`);
  }
  try {
    return validate(schemas[decode], content);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new Error(describe(error.violations, content), { cause: error });
  }
}
