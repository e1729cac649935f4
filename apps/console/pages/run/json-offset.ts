import { findNodeAtLocation, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { partsOf } from '../../form/fault.js';
import { lossIn } from '../../form/lost-number.js';

/** Where in a JSON text the value of a JSON pointer begins; that of the nearest value above it if there is none. */
export function offsetOf(text: string, pointer: string): number {
  const tree = parseTree(text);
  if (!tree) return 0;
  let found = tree;
  for (const part of partsOf(pointer)) {
    const next = findNodeAtLocation(found, [found.type === 'array' ? Number(part) : part]);
    if (!next) break;
    found = next;
  }
  return found.offset;
}

/** A JSON text's value, or where it ceases to be JSON or has a number that would be another one, and in which way. */
export function parseJson(
  text: string,
): { readonly value: unknown } | { readonly fault: { readonly message: string; readonly offset: number } } {
  try {
    const value: unknown = JSON.parse(text);
    const loss = lossIn(text);
    if (!loss) return { value };
    const { offset, words } = loss;
    return { fault: { message: `this number is not kept as it is written: ${words}`, offset } };
  } catch {
    const faults: ParseError[] = [];
    parseTree(text, faults, { disallowComments: true });
    const [first] = faults;
    const words = first && printParseErrorCode(first.error).replaceAll(/(?<=[a-z])[A-Z]/g, (capital) => ` ${capital}`);
    return {
      fault: {
        message: `this is no JSON: ${words?.toLowerCase() ?? 'nothing is there'}`,
        offset: first?.offset ?? text.length,
      },
    };
  }
}

/** The line of an offset in a text, from 1. */
export const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;
