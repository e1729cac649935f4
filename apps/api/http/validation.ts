import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { findViolations } from '#contracts/find-violations.js';
import { type Violation, ViolationList } from '#contracts/violation-list.js';
import { type HttpProblem, notFound, unfit } from './problem.js';

/**
 * Checks requests as tasks' inputs are checked, so that a fault reads the same everywhere. Texts of the query become
 * numbers and booleans where the schema asks for them; a body is taken as it is.
 */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const isBody = httpPart === 'body';
  return (data: unknown) => {
    const value = isBody ? data : fromTexts(schema, data);
    const unstorable = isBody ? new ViolationList() : nulViolations(value);
    const faults = unstorable.count > 0 ? unstorable : findViolations(schema, value);
    return faults.count === 0 ? { value } : { error: toProblem(schema, faults, httpPart) };
  };
};

/** A path parameter that does not fit names nothing; all else is 422. */
function toProblem(schema: TSchema, faults: ViolationList, part: string | undefined): HttpProblem {
  if (part === 'params') return notFound(`nothing has this id: ${faults.describe(({ message }) => message)}`);
  if (part !== 'querystring') return unfit(faults);
  return unfit(faults.reworded(namingParameters(schema)).at((path) => path.replace(/^\//, '')));
}

/** Who asks for a parameter that there is not is given the names of those that there are. */
function namingParameters(schema: TSchema): (violation: Violation) => string {
  const names = 'properties' in schema ? Object.keys(Object(schema.properties)) : [];
  return ({ path, message }) =>
    path === '' && message.startsWith('must not have "')
      ? `${message}; there are ${names.length === 0 ? 'no parameters' : names.join(', ')}`
      : message;
}

/** PostgreSQL's texts hold every character but NUL. */
function nulViolations(value: unknown): ViolationList {
  const faults = new ViolationList();
  for (const [name, each] of Object.entries(Object(value))) {
    if (typeof each === 'string' && each.includes('\0')) faults.add(`/${name}`, 'must not have NUL characters');
  }
  return faults;
}

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
  if (type === 'number' && /^-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$/.test(value)) return Number(value);
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}
