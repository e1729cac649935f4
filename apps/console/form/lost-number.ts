import { visit } from 'jsonc-parser';
import { isLost } from '#contracts/lost-number.js';

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** What a field for numbers has: nothing, a number, or the text that is none or would not be kept, which is a fault then. */
export function numberTyped(text: string): number | string | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  return decimal.test(trimmed) && !isLost(trimmed) ? Number(trimmed) : text;
}

/** What is wrong with a text in place of a number, if it is one that would not be kept. */
export function lossOf(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.trim() : '';
  return decimal.test(text) && isLost(text)
    ? `must be a number that is kept as it is written: ${wordsOf(text)}`
    : undefined;
}

/** A number that would not be kept, and where in a text it is. */
export interface Loss {
  readonly offset: number;
  /** From 1. */
  readonly line: number;
  readonly words: string;
}

/** The first number of a text, which is JSON, that would not be kept. */
export function lossIn(json: string): Loss | undefined {
  let found: Loss | undefined;
  visit(json, {
    onLiteralValue(value, offset, length, line) {
      if (found !== undefined || typeof value !== 'number') return;
      const text = json.slice(offset, offset + length);
      if (isLost(text)) found = { offset, line: line + 1, words: wordsOf(text) };
    },
  });
  return found;
}

function wordsOf(text: string): string {
  const written = text.length > 40 ? `${text.slice(0, 30)}… (${text.length} characters)` : text;
  const value = Number(text);
  return `${written} would become ${value}. ${boundOf(value)}`;
}

function boundOf(value: number): string {
  if (!Number.isFinite(value)) return `Numbers go up to ${Number.MAX_VALUE}`;
  if (value === 0) return `The least number is ${Number.MIN_VALUE}`;
  return `Whole numbers are exact up to ${Number.MAX_SAFE_INTEGER}; only a text, in quotation marks in JSON, can be longer`;
}
