import { plainLine } from '#contracts/log-text.js';
import type { LogLine } from '#database/queries/run-logs.js';

/** How a log leaves as a file. */
export interface LogFormat {
  /** How its address ends. */
  readonly ending: string;
  /** How the file's name ends. */
  readonly extension: string;
  readonly mediaType: string;
  /** The media type with what a reader has to know beside it. */
  readonly contentType: string;
  /** For the OpenAPI document. */
  readonly about: string;
  /** A line of the log, with the line feed after it. */
  write(line: LogLine): string;
}

const ndjson: LogFormat = {
  ending: 'ndjson',
  extension: 'ndjson',
  mediaType: 'application/x-ndjson',
  contentType: 'application/x-ndjson; charset=utf-8',
  about: 'A JSON object per line, with the fields that the list has.',
  write: (line) => `${JSON.stringify(line)}\n`,
};

const text: LogFormat = {
  ending: 'txt',
  extension: 'log',
  mediaType: 'text/plain',
  contentType: 'text/plain; charset=utf-8',
  about:
    'Each line begins with its time; then come level, attempt, message, and fields as name=value. Further rows of a message or of a ' +
    'field (a stack) are indented by four spaces, and other control characters are shown as codes, so no message looks like two lines.',
  write: (line) => `${plainLine(line)}\n`,
};

export const logFormats: readonly LogFormat[] = [text, ndjson];
