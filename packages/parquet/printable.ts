/** Most characters of a name that a message repeats. */
const maxNameChars = 100;

/** Control characters, those that change the direction of text or its lines, and halves of characters. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]/gu;

/** A name out of a file as a message may show it: what does not print is escaped, and it is cut when it is long. */
export function printable(name: string): string {
  const chars = [...name];
  const shown = chars.length > maxNameChars ? `${chars.slice(0, maxNameChars).join('')}…` : name;
  return shown.replace(unprintable, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}
