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
