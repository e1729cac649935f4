import { fileStates, runStates } from '../ui/states.js';

/** Told apart in both themes and with the common kinds of colour blindness; neighbours differ in lightness, too. */
const palette = [
  '#1c7ed6',
  '#e8590c',
  '#2f9e44',
  '#ae3ec9',
  '#f08c00',
  '#0c8599',
  '#c2255c',
  '#74b816',
  '#7048e8',
  '#868e96',
];

const stateLooks: Readonly<Record<string, { readonly colour: string }>> = { ...fileStates, ...runStates };

/** The colour of a group of a chart: that of its state, or the next of the palette. */
export const colourOf = (group: string, index: number): string =>
  stateLooks[group]?.colour ?? palette[index % palette.length] ?? '#1c7ed6';

/** The colour of letters that are read on a colour of a chart: dark on bright ones. Those of states are made for white. */
export function inkOn(colour: string): string {
  const parts = colour.match(/^#(..)(..)(..)$/)?.slice(1) ?? [];
  const [red = 0, green = 0, blue = 0] = parts.map((part) => (Number.parseInt(part, 16) / 255) ** 2.2);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.22 ? '#111' : '#fff';
}
