import { printable } from '#contracts/printable.js';

/** Most characters of a name that a message repeats. */
const maxNameChars = 100;

/** A name out of a file as a message may show it, cut when it is long. */
export function printableName(name: string): string {
  const chars = [...name];
  return printable(chars.length > maxNameChars ? `${chars.slice(0, maxNameChars).join('')}…` : name);
}
