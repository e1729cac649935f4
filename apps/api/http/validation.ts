import type { FastifySchemaCompiler } from 'fastify';
import type { FastifySchemaValidationError } from 'fastify/types/schema.js';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

/**
 * Checks requests with the same validator that checks tasks' inputs, so that a fault reads the same everywhere and each
 * one is named. Texts of the query become numbers and booleans where the schema asks for them; a body is taken as it is.
 */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const validator = Compile(schema);
  return (data: unknown) => {
    const value = httpPart === 'body' ? data : fromTexts(schema, data);
    const unstorable = httpPart === 'body' ? [] : namesWithNul(value);
    if (unstorable.length > 0) return { error: unstorable.map(nulFault) };
    if (validator.Check(value)) return { value };
    const errors = validator.Errors(value).filter((error) => !isEcho(error));
    return { error: errors.map((error) => ({ ...error, params: { ...error.params }, message: explain(error) })) };
  };
};

/** A property that is not in the schema is told twice: by its name with no useful words, and by its parent. */
const isEcho = (error: { message: string }): boolean => error.message === 'schema is false';

function explain({ message, params }: { message: string; params: object }): string {
  if ('additionalProperties' in params && Array.isArray(params.additionalProperties)) {
    return `must not have ${params.additionalProperties.map((name) => JSON.stringify(name)).join(', ')}`;
  }
  if ('allowedValues' in params && Array.isArray(params.allowedValues)) {
    return `${message}: ${params.allowedValues.join(', ')}`;
  }
  return message;
}

/** PostgreSQL's texts hold every character but this one. */
const namesWithNul = (value: unknown): string[] =>
  Object.entries(Object(value)).flatMap(([name, each]) =>
    typeof each === 'string' && each.includes('\0') ? [name] : [],
  );

const nulFault = (name: string): FastifySchemaValidationError => ({
  keyword: 'pattern',
  instancePath: `/${name}`,
  schemaPath: '#',
  params: {},
  message: 'must not have NUL characters',
});

function fromTexts(schema: TSchema, data: unknown): unknown {
  if (!('properties' in schema) || typeof data !== 'object' || data === null) return data;
  const properties: object = Object(schema.properties);
  const types = new Map(Object.entries(properties).map(([name, each]) => [name, typeOf(each)]));
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, fromText(types.get(name), value)]));
}

const typeOf = (schema: unknown): unknown =>
  typeof schema === 'object' && schema !== null && 'type' in schema ? schema.type : undefined;

function fromText(type: unknown, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (type === 'integer' && /^-?\d{1,15}$/.test(value)) return Number(value);
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}
