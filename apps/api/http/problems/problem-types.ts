import { clientFaults } from './client-faults.js';
import { serverFaults } from './server-faults.js';

/**
 * Every kind of problem that the API answers, by its code. Codes are part of the API: one that was released keeps its
 * name, its status and its meaning. The page /docs/problems and the OpenAPI document are made from this.
 */
export const problemTypes = { ...clientFaults, ...serverFaults };

/** The stable name of a kind of problem. */
export type ProblemCode = keyof typeof problemTypes;

const isCode = (key: string): key is ProblemCode => Object.hasOwn(problemTypes, key);

/** All codes, in the order of their statuses. */
export const problemCodes: readonly ProblemCode[] = Object.keys(problemTypes).filter(isCode);

/** Where the page is that explains the kinds. */
export const problemPage = '/docs/problems';

/**
 * The `type` of RFC 9457: leads to the section of the page about this kind. Relative to the server (decision 25), with the
 * whole path, as section 3.1.1 of the RFC recommends.
 */
export const problemUri = (code: ProblemCode): string => `${problemPage}#${code}`;
