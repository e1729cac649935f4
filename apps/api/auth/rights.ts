import type { FastifyRequest } from 'fastify';
import type { Caller } from '#database/actions.js';

/** What may be done: to `read` what is there, and to `change` it or start something. */
export const rights = ['read', 'change'] as const;
export type Right = (typeof rights)[number];

/**
 * What somebody may do. This is the one place that decides it; the guard asks it about every request. Whoever is known may do
 * everything, anybody else nothing.
 */
export const rightsOf = (caller: Caller | undefined): readonly Right[] => (caller === undefined ? [] : rights);

export const may = (caller: Caller | undefined, right: Right): boolean => rightsOf(caller).includes(right);

const reading: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** The right that a request needs. */
export const rightNeeded = ({ method }: FastifyRequest): Right => (reading.includes(method) ? 'read' : 'change');
