import { isDeepStrictEqual } from 'node:util';
import { componentName } from './component.js';

/** Gathers the named schemas of the routes' bodies and answers, so that each is in the OpenAPI document once. */
export class Components {
  readonly #schemas = new Map<string, unknown>();

  /** The named schemas, in the order of their names. */
  get schemas(): Record<string, unknown> {
    return Object.fromEntries([...this.#schemas].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /**
   * A copy of a schema, or of anything with schemas in it, that refers to the named ones.
   * @throws Error when two different schemas have the same name
   */
  refer(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => this.refer(each));
    if (typeof value !== 'object' || value === null) return value;
    const copy = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.refer(each)]));
    const name = componentName(value);
    if (name === undefined) return copy;
    const known = this.#schemas.get(name);
    if (known !== undefined && !isDeepStrictEqual(known, copy)) {
      throw new Error(`expected one schema with the name ${name}, got two that differ; give one another name`);
    }
    this.#schemas.set(name, copy);
    return { $ref: `#/components/schemas/${name}` };
  }
}
