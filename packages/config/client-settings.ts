import { Type } from 'typebox';
import { milliseconds, words } from './setting-words.js';

/** How many clients the API serves at a time, and how patient it is with each. */
export const clientSettings = {
  maxConnections: Type.Integer(
    words({
      description:
        'Largest number of connections that the API serves at the same time; further ones are closed at once.',
      minimum: 10,
      maximum: 100_000,
      default: 2_000,
    }),
  ),
  maxListeners: Type.Integer(
    words({
      description:
        'Largest number of streams of events (GET /api/events) that one API process serves at the same time, and never more than four fifths of MAX_CONNECTIONS.',
      minimum: 1,
      maximum: 100_000,
      default: 1_000,
    }),
  ),
  clientIdleMs: milliseconds(
    1000,
    30_000,
    'Time after which a client that neither sends its request nor reads its answer is disconnected, in ms.',
  ),
  clientBytesPerSecond: Type.Integer(
    words({
      description:
        'Lowest speed at which a request’s body may arrive, in bytes per second, on average over each CLIENT_IDLE_MS. 0: any pace above nothing.',
      minimum: 0,
      maximum: 1_000_000,
      default: 1_000,
    }),
  ),
  requestLimitMs: milliseconds(1000, 60_000, 'How long a request other than an upload may take to arrive, in ms.'),
  uploadLimitMs: milliseconds(10_000, 6 * 60 * 60_000, 'How long an upload may take to arrive, in ms.'),
  exportLimitMs: milliseconds(
    10_000,
    2 * 60 * 60_000,
    'How long an export (CSV, XLSX, NDJSON, Parquet) may take to be sent, in ms; it is broken off then. Until its end the database clears up nothing that is newer.',
  ),
};
