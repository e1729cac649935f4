import type { ProblemType } from './problem-type.js';

/** What the request, or who sent it, has to change. */
export const clientFaults = {
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
  'malformed-upload': {
    status: 400,
    title: 'Malformed Upload',
    meaning: 'The headers of a resumable upload are not those of tus 1.0.0, or ask for an extension that is not there.',
    remedy: 'Let a tus client send the upload. OPTIONS /api/uploads names the extensions.',
  },
  'upload-interrupted': {
    status: 400,
    title: 'Upload Interrupted',
    meaning: 'The bytes of a resumable upload ended early, or another request goes on with it. What came is kept.',
    remedy: 'Ask for the offset with HEAD, and go on from there.',
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
    meaning: 'A file or a folder with this name is in the inbox already. Nothing of the upload is in the inbox.',
    remedy: 'Give the file another name, or replace a file with overwrite=true or replaces.',
  },
  'wrong-offset': {
    status: 409,
    title: 'Wrong Offset',
    meaning: 'Upload-Offset is not the number of bytes that the server has of the upload.',
    remedy: 'Ask for the offset with HEAD, and go on from there.',
  },
  'folder-unusable': {
    status: 409,
    title: 'Folder Unusable',
    meaning:
      'The folder of the upload cannot be written, or it is not inside the inbox. Nothing of the upload is in the inbox.',
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
  'wrong-tus-version': {
    status: 412,
    title: 'Wrong Tus Version',
    meaning: 'The header Tus-Resumable is missing, or names a version of the protocol that the server does not speak.',
    remedy: 'Send “Tus-Resumable: 1.0.0”.',
  },
  'upload-gone': {
    status: 410,
    title: 'Upload Gone',
    meaning:
      'The bytes of the resumable upload are not kept any more: nothing came for a day, or somebody removed them.',
    remedy: 'Begin it anew with POST /api/uploads.',
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
    meaning:
      'The body is larger than 1 MB, an upload has too many parts or more bytes than it announced, or a chunk has too much beside its data.',
    remedy: 'Send less in one request. Files have no limit of size: upload them with POST /api/files or /api/uploads.',
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
  'range-not-satisfiable': {
    status: 416,
    title: 'Range Not Satisfiable',
    meaning: 'The header Range asks for bytes behind the end of the file. Content-Range says how many it has.',
    remedy: 'Ask for bytes that are there, or for the whole without Range.',
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
    meaning: 'The disk of the inbox cannot store a file under this name. Nothing of the upload is in the inbox.',
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
} as const satisfies Record<string, ProblemType>;
