/** Where something is in a file. */
export interface TextPosition {
  /** From 0. */
  readonly byte: number;
  /** From 1. */
  readonly line: number;
}

/** A position as messages have it; `positionIn` reads it back. */
export const positionText = ({ byte, line }: TextPosition): string => `byte ${byte}, line ${line}`;

/** Where some bytes are, as messages have it. */
export const stretchText = (from: TextPosition, toByte: number): string =>
  `between bytes ${from.byte} and ${toByte}, line ${from.line},`;

const written = /\b(?:byte|between bytes) (\d{1,15})(?: and \d{1,15})?, line (\d{1,15})\b/;

/** The first position that a message of a refused file names, for example the reason in the ledger; undefined without one. */
export function positionIn(message: string): TextPosition | undefined {
  const [, byte, line] = written.exec(message) ?? [];
  return byte === undefined || line === undefined ? undefined : { byte: Number(byte), line: Number(line) };
}
