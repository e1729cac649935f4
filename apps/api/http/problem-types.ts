/** A kind of problem that the API answers: what is stable about it from one occurrence to the next. */
export interface ProblemType {
  /** The HTTP status that it is answered with. */
  readonly status: number;
  /** The kind in a few words. */
  readonly title: string;
  /** What it means. */
  readonly meaning: string;
  /** What the client, or the person who runs the server, can do. */
  readonly remedy: string;
}

/**
 * Every kind of problem that the API answers, by its code. Codes are part of the API: one that was released keeps its
 * name, its status and its meaning. The page /docs/problems and the OpenAPI document are made from this.
 */
export const problemTypes = {
  'malformed-request': {
    status: 400,
    title: 'Malformed Request',
    meaning: 'The address, the headers or the framing of the request are not those of HTTP/1.1.',
    remedy: 'Percent-encode the address and let an HTTP library write the request.',
  },
  'missing-host': {
    status: 400,
    title: 'Missing Host Header',
    meaning: 'The request has no Host header, which HTTP/1.1 requires.',
    remedy: 'Send the header Host with the name of this server.',
  },
  'malformed-json': {
    status: 400,
    title: 'Malformed JSON',
    meaning: 'The body is not JSON, is empty, or sets the prototype of an object.',
    remedy: 'Send one JSON value in UTF-8 with the header Content-Type: application/json.',
  },
  'malformed-form': {
    status: 400,
    title: 'Malformed Form',
    meaning: 'The multipart form of an upload cannot be read, or it ended early. Nothing of it was kept.',
    remedy: 'Let an HTTP library write the form, and send it again as a whole.',
  },
  unauthorized: {
    status: 401,
    title: 'Unauthorized',
    meaning:
      'The server has an API_TOKEN or an ADMIN_USER, and the request came with neither the token nor a session, or what it ' +
      'brought is wrong.',
    remedy: 'Send “Authorization: Bearer <token>”, or log in at /login or with POST /api/session.',
  },
  'foreign-origin': {
    status: 403,
    title: 'Foreign Origin',
    meaning: 'A page of another site made a browser send a request that changes something.',
    remedy:
      'Use the pages of this server, or a program. Behind a proxy, set TRUST_PROXY so that the own origin is known.',
  },
  'queue-action-refused': {
    status: 403,
    title: 'Queue Action Refused',
    meaning: 'Queues are only shown, or the action would change jobs, which the record of runs alone decides about.',
    remedy: 'Set QUEUE_ACTIONS=on to pause and slow down queues; replay a file or start a run to have work done again.',
  },
  'not-found': {
    status: 404,
    title: 'Not Found',
    meaning: 'Nothing of this kind, for example no file, run or image, has this id or name.',
    remedy: 'Take the id or name from a list, for example GET /api/files or GET /api/runs.',
  },
  'unknown-task': {
    status: 404,
    title: 'Unknown Task',
    meaning: 'No task has this name. The detail lists the names.',
    remedy: 'Take the name from GET /api/tasks.',
  },
  'unknown-address': {
    status: 404,
    title: 'Unknown Address',
    meaning: 'The server has nothing at this path for this method.',
    remedy: 'See /docs for the addresses and their methods.',
  },
  'request-too-slow': {
    status: 408,
    title: 'Request Too Slow',
    meaning: 'The head or the body of the request took too long to arrive. The connection is closed.',
    remedy: 'Send it again over a faster connection, or raise CLIENT_IDLE_MS, REQUEST_LIMIT_MS or UPLOAD_LIMIT_MS.',
  },
  'wrong-state': {
    status: 409,
    title: 'Wrong State',
    meaning:
      'The file or run is not in a state in which this can be done. The detail names its state and the expected ones.',
    remedy: 'Look at it (GET /api/files/{id}, GET /api/runs/{id}) and try again when its state allows it.',
  },
  'file-changed': {
    status: 409,
    title: 'File Changed',
    meaning: 'The inbox has another version of the file now: other bytes lie at its path.',
    remedy: 'Ask for the newest of the versions that GET /api/files/{id} lists; one that has just changed comes soon.',
  },
  'name-taken': {
    status: 409,
    title: 'Name Taken',
    meaning: 'A file or a folder with this name is in the inbox already. Nothing of the upload was kept.',
    remedy: 'Give the file another name, or replace a file with ?overwrite=true.',
  },
  'folder-unusable': {
    status: 409,
    title: 'Folder Unusable',
    meaning:
      'The folder of the upload cannot be written, or it is not inside the inbox. Nothing of the upload was kept.',
    remedy: 'Name another folder, or correct the mount, permissions or links of this one.',
  },
  'schedule-exists': {
    status: 409,
    title: 'Schedule Exists',
    meaning: 'A schedule has this name already.',
    remedy: 'Choose another name, or change the schedule with PATCH /api/schedules/{name}.',
  },
  'schedule-of-task': {
    status: 409,
    title: 'Schedule Of Task',
    meaning: 'The folder of a task defines the schedule, so it is neither changed nor deleted over the API.',
    remedy:
      'Change the task’s definition and start the workers anew. Pausing, running and backfilling are possible here.',
  },
  'schedule-off': {
    status: 409,
    title: 'Schedule Off',
    meaning: 'The folder of its task does not define the schedule any more, or no task has the name of its task.',
    remedy: 'Put the definition or the task back, or delete the schedule.',
  },
  'no-log-in': {
    status: 409,
    title: 'No Log-in',
    meaning: 'Nobody can log in, because nobody has to: the server has neither API_TOKEN nor ADMIN_USER.',
    remedy: 'Send requests as they are; or set ADMIN_USER and ADMIN_PASSWORD, or API_TOKEN, and start the server anew.',
  },
  'changed-meanwhile': {
    status: 412,
    title: 'Changed Meanwhile',
    meaning: 'Somebody else has changed it since the version that the header If-Match names. Nothing was changed.',
    remedy: 'Read it again, look at what is different, and send the change with the new ETag as If-Match.',
  },
  'file-gone': {
    status: 410,
    title: 'File Gone',
    meaning:
      'The file is not in the inbox any more, or an image not as it was when it was loaded, so it cannot be shown.',
    remedy: 'Put the same file back; its record stays readable without it.',
  },
  'content-too-large': {
    status: 413,
    title: 'Content Too Large',
    meaning: 'The body is larger than 1 MB, an upload has too many parts, or a chunk has too much beside its data.',
    remedy: 'Send less in one request. Files have no limit of size: upload them with POST /api/files.',
  },
  'address-too-long': {
    status: 414,
    title: 'Address Too Long',
    meaning: 'A parameter in the path is longer than any id or name.',
    remedy: 'Take ids and names from the lists.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'Unsupported Media Type',
    meaning: 'The body has a media type that this address does not take.',
    remedy: 'Send application/json, and files as multipart/form-data.',
  },
  'wrong-host': {
    status: 421,
    title: 'Wrong Host',
    meaning:
      'A server without API_TOKEN and ADMIN_USER answers only under the names of this machine, such as localhost.',
    remedy: 'Ask for localhost, or set API_TOKEN or ADMIN_USER.',
  },
  'invalid-request': {
    status: 422,
    title: 'Invalid Request',
    meaning:
      'Parameters or body do not fit their schema. “errors” names the first 100 faults, “errorCount” counts all.',
    remedy: 'Correct what “errors” names; /docs has the schemas.',
  },
  'unusable-value': {
    status: 422,
    title: 'Unusable Value',
    meaning: 'A value fits its schema, but the database cannot represent it, for example a date that does not exist.',
    remedy: 'Correct the value that the detail describes.',
  },
  'unusable-name': {
    status: 422,
    title: 'Unusable Name',
    meaning: 'The disk of the inbox cannot store a file under this name. Nothing of the upload was kept.',
    remedy: 'Give the file a shorter or simpler name.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'Idempotency Key Reused',
    meaning: 'The idempotencyKey was used before for this task with other parameters. “runId” is the run that used it.',
    remedy: 'Repeat a request with exactly the same input, priority and delayMs; use a new key for another request.',
  },
  'file-unreadable': {
    status: 422,
    title: 'File Unreadable',
    meaning: 'The file lies in the inbox, but the server may not read it, or its disk fails.',
    remedy: 'Allow the server to read the file, or check the disk or the network drive that the inbox is on.',
  },
  'image-unreadable': {
    status: 422,
    title: 'Image Unreadable',
    meaning: 'The image was loaded, but cannot be decoded to be shown.',
    remedy: 'Look at the file itself; the detail says what is wrong with it.',
  },
  'frame-unreadable': {
    status: 422,
    title: 'Frame Unreadable',
    meaning: 'The footage’s container, or this frame in it, is broken, or nothing that frames are read from.',
    remedy: 'Look at the file that the detail names, below FOOTAGE_DIR, and copy it again from its source.',
  },
  'too-many-attempts': {
    status: 429,
    title: 'Too Many Attempts',
    meaning: 'Too many wrong tokens or passwords came from this network address.',
    remedy: 'Correct the token or the password, and wait the seconds that Retry-After says.',
  },
  'headers-too-large': {
    status: 431,
    title: 'Headers Too Large',
    meaning: 'The address and the headers are larger than 16 kB in all.',
    remedy: 'Send fewer or shorter headers.',
  },
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
    meaning: 'The server has reached its limit of open files. Of an upload nothing was kept.',
    remedy: 'Try again soon, or raise the limit (ulimit -n).',
  },
  'disk-full': {
    status: 507,
    title: 'Disk Full',
    meaning: 'The disk of the inbox has no room for the upload. Nothing of it was kept.',
    remedy: 'Make room on the disk, or upload smaller files.',
  },
} as const satisfies Record<string, ProblemType>;

/** The stable name of a kind of problem. */
export type ProblemCode = keyof typeof problemTypes;

const isCode = (key: string): key is ProblemCode => Object.hasOwn(problemTypes, key);

/** All codes, in the order of their statuses. */
export const problemCodes: readonly ProblemCode[] = Object.keys(problemTypes).filter(isCode);

/** Where the page is that explains the kinds. */
export const problemPage = '/docs/problems';

/**
 * The `type` of RFC 9457: leads to the section of the page about this kind. Relative to the server (decision 25), with the
 * whole path, as section 3.1.1 of the RFC recommends.
 */
export const problemUri = (code: ProblemCode): string => `${problemPage}#${code}`;
