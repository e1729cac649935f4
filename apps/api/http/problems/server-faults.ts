import type { ProblemType } from './problem-type.js';

/** What failed here, or is not to be had now. */
export const serverFaults = {
  'internal-error': {
    status: 500,
    title: 'Internal Error',
    meaning: 'Something failed in the server, not in the request.',
    remedy: 'Look in the log for the request id that the detail names, and report it.',
  },
  'image-renderer-failed': {
    status: 500,
    title: 'Image Renderer Failed',
    meaning: 'The process that draws images ended while it drew this one.',
    remedy: 'Look at the file itself, and report the image if it can be shared.',
  },
  'console-missing': {
    status: 500,
    title: 'Console Missing',
    meaning: 'The pages of the console have not been built; the API itself works.',
    remedy: 'Run npm run setup where the server runs, and start it again.',
  },
  'frame-reader-failed': {
    status: 500,
    title: 'Frame Reader Failed',
    meaning: 'The process that reads frames ended while it read this one. Another one has taken its work.',
    remedy: 'Look at the container itself, and report it if it can be shared.',
  },
  'database-unavailable': {
    status: 503,
    title: 'Database Unavailable',
    meaning: 'The database cannot be reached at the moment, so nothing can be read, recorded or checked.',
    remedy: 'Try again after the seconds that Retry-After says; GET /readyz says when it is back.',
  },
  'runs-locked': {
    status: 503,
    title: 'Runs Locked',
    meaning: 'Others kept a run locked for seconds, for example a load that it is to follow. Nothing was changed.',
    remedy: 'Try again after the seconds that Retry-After says.',
  },
  'query-too-slow': {
    status: 503,
    title: 'Query Too Slow',
    meaning: 'The database took too long to answer and was stopped.',
    remedy: 'Narrow the request as the detail says, for example to fewer days.',
  },
  'exports-busy': {
    status: 503,
    title: 'Exports Busy',
    meaning:
      'As many exports as may be at a time are being sent: each keeps a connection to the database until its end.',
    remedy: 'Try again after the seconds that Retry-After says, or let the task export write files (docs/exports.md).',
  },
  'previews-busy': {
    status: 503,
    title: 'Previews Busy',
    meaning: 'As many previews of files as may be at a time are being made, and many more wait for their turn.',
    remedy: 'Try again after the seconds that Retry-After says, or store the file and open it there.',
  },
  'listeners-busy': {
    status: 503,
    title: 'Listeners Busy',
    meaning: 'As many streams of events as may be at a time are open.',
    remedy: 'Close streams that nobody looks at, or raise MAX_LISTENERS; try again after the seconds of Retry-After.',
  },
  'carrier-unavailable': {
    status: 503,
    title: 'Carrier Unavailable',
    meaning: 'The store of the queues (Redis, or PostgreSQL) cannot be reached, so the queues cannot be shown.',
    remedy: 'Try again soon; the record of runs at GET /api/runs does not need it.',
  },
  'image-renderer-busy': {
    status: 503,
    title: 'Image Renderer Busy',
    meaning: 'Too many images are being drawn, or this one took too long.',
    remedy: 'Try again after the seconds that Retry-After says.',
  },
  'frame-reader-busy': {
    status: 503,
    title: 'Frame Reader Busy',
    meaning: 'Too many frames are being read, or this one took too long.',
    remedy: 'Try again after the seconds that Retry-After says.',
  },
  'too-many-open-files': {
    status: 503,
    title: 'Too Many Open Files',
    meaning: 'The server has reached its limit of open files. Of an upload nothing is in the inbox.',
    remedy: 'Try again soon, or raise the limit (ulimit -n).',
  },
  'disk-full': {
    status: 507,
    title: 'Disk Full',
    meaning: 'The disk of the inbox has no room for the upload. Nothing of it is in the inbox.',
    remedy: 'Make room on the disk, or upload smaller files.',
  },
} as const satisfies Record<string, ProblemType>;
