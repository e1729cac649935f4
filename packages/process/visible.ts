/**
 * Characters that a terminal takes for commands, or that show text in another order than it has: C0 and C1 controls
 * (tab apart), DEL, line and paragraph separators, and the controls of bidirectional text (Unicode UAX #9).
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const hidden = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const asEscape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** A text in which nothing acts on a terminal: hidden characters are written as escapes. */
export const visible = (text: string): string => text.replace(hidden, asEscape);

/** What of these JSON may hold as it is. */
const unescaped = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** A log line in JSON with the same values, in which nothing acts on a terminal. */
export const escapedLine = (line: string): string => line.replace(unescaped, asEscape);

/**
 * A log line in JSON of which nothing acts on a terminal, not even when a reader prints its texts as they are. Stacks
 * keep their line breaks.
 */
export function visibleLine(line: string): string {
  const parsed: unknown = JSON.parse(line, (key, value: unknown) => {
    if (typeof value !== 'string') return value;
    return key === 'stack' ? value.split('\n').map(visible).join('\n') : visible(value);
  });
  return `${JSON.stringify(parsed)}\n`;
}
