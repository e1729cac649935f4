/** A piece of a text: a line with its line feed, or a part of a long line. */
export interface TextPiece {
  readonly text: string;
  /** Line that the piece lies in, from 1. */
  readonly line: number;
  /** Characters of that line before the piece. */
  readonly column: number;
}

/** Longer lines are cut: the parser is fastest at this size, and its list of tokens stays small. */
const maxPieceChars = 16 * 1024;

/**
 * Cuts texts at line feeds and at 16 Ki characters, counting lines across calls. Fed so, the parser's error can be told
 * by line although it knows no positions, and few values are cut in two, which it reads slower.
 */
export class PieceCutter {
  #line = 1;
  #column = 0;

  *cut(text: string): Generator<TextPiece, void, undefined> {
    let start = 0;
    while (start < text.length) {
      const feed = text.indexOf('\n', start);
      const lineEnd = feed === -1 ? text.length : feed + 1;
      const end = Math.min(lineEnd, start + maxPieceChars);
      yield { text: text.slice(start, end), line: this.#line, column: this.#column };
      if (end === feed + 1) {
        this.#line += 1;
        this.#column = 0;
      } else {
        this.#column += end - start;
      }
      start = end;
    }
  }
}
