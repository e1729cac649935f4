import { escapeIdentifier } from 'pg';

/** A table's name for use in a statement: `dwh.data_sample` becomes `"dwh"."data_sample"`. */
export const quoteTable = (name: string): string => name.split('.').map(escapeIdentifier).join('.');
