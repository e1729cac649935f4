import { type Static, Type } from 'typebox';
import { clientSettings } from './client-settings.js';
import { milliseconds, words } from './setting-words.js';
import { telemetrySettings } from './telemetry-settings.js';

/** The password of a role beside the owner's (docs/roles.md). */
const rolePassword = (what: string) =>
  Type.Optional(
    Type.String(
      words({
        description: `Password of the database role ${what} Unset: that role cannot log in. See docs/roles.md.`,
        minLength: 16,
        pattern: '^[\\x21-\\x7e]+$',
        expected: 'at least 16 characters without spaces, for example from: openssl rand -hex 24',
        secret: true,
      }),
    ),
  );

/**
 * Every setting of Millrace, by its name in the code. The environment variable is the same name in capitals
 * (`inboxDir` ⇒ `INBOX_DIR`, see `variableName`). A setting without a default may be left unset.
 */
export const settingsSchema = Type.Object({
  host: Type.String(
    words({
      description:
        'Address that the API listens on. Anything but loopback (127.0.0.1, ::1, localhost) needs API_TOKEN, or ADMIN_USER and ADMIN_PASSWORD, as well.',
      expected: 'an IP address or a host name',
      pattern: '^[A-Za-z0-9._:-]+$',
      default: '127.0.0.1',
    }),
  ),
  port: Type.Integer(words({ description: 'TCP port of the API.', minimum: 1, maximum: 65_535, default: 3000 })),
  inboxDir: Type.String(
    words({
      description: 'The watched folder; files dropped in it, at any depth, are loaded.',
      expected: 'a path',
      default: './inbox',
    }),
  ),
  dataDir: Type.String(
    words({
      description: 'Folder for the embedded PostgreSQL, models and other things Millrace keeps. Not inside the inbox.',
      expected: 'a path',
      default: './.millrace',
    }),
  ),
  footageDir: Type.String(
    words({
      description:
        'Folder with the frames of recordings: folders of images, ZIP archives and HDF5 files, which the footages name. Not inside the inbox, where images would be loaded one by one.',
      expected: 'a path',
      default: './footage',
    }),
  ),
  lakeDir: Type.Optional(
    Type.String(
      words({
        description:
          'Folder that the task export writes parquet files to, by layer, dataset and day. Not inside the inbox.',
        expected: 'a path',
        defaultText: 'the folder lake in DATA_DIR',
      }),
    ),
  ),
  tasksDir: Type.Optional(
    Type.String(
      words({
        description:
          'Folders with tasks of yours, beside those that come with Millrace: one folder per task, with a definition.js and, if it is no declaration, a body.js. Apart from the inbox.',
        expected: 'paths, separated by : as in PATH (on Windows by ;)',
      }),
    ),
  ),
  databaseUrl: Type.Optional(
    Type.String(
      words({
        description: 'PostgreSQL 15 or newer to use. Unset: an embedded PostgreSQL is started below DATA_DIR.',
        expected: 'an address like postgresql://user:password@host:5432/database',
        pattern: '^postgres(ql)?://.',
        secret: true,
        url: true,
      }),
    ),
  ),
  adminDatabaseUrl: Type.Optional(
    Type.String(
      words({
        description:
          'For `millrace roles` alone: the server of DATABASE_URL as a role that may make roles. Better given for that one command than kept here.',
        expected: 'an address like postgresql://postgres:password@host:5432/postgres',
        pattern: '^postgres(ql)?://.',
        secret: true,
        url: true,
      }),
    ),
  ),
  loaderPassword: rolePassword('millrace_loader, which reads and writes rows of datasets.'),
  dwhPassword: rolePassword('millrace_dwh, which is limited to the schema dwh.'),
  orchestratorPassword: rolePassword('millrace_orchestrator, which is limited to the record of runs and files.'),
  readerPassword: rolePassword('millrace_reader, which reads datasets, views and telemetry, for BI tools.'),
  redisUrl: Type.Optional(
    Type.String(
      words({
        description: 'Redis or Valkey that carries the queues. Unset: the queues live in PostgreSQL, too.',
        expected: 'an address like redis://user:password@host:6379/0 (or rediss:// for TLS)',
        pattern: '^rediss?://.',
        secret: true,
        url: true,
      }),
    ),
  ),
  workers: Type.Optional(
    Type.Integer(
      words({
        description: 'Number of worker processes.',
        minimum: 1,
        maximum: 64,
        defaultText: 'the number of cores',
      }),
    ),
  ),
  logLevel: Type.Enum(
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace'],
    words({ description: 'Least severe kind of log line that is written.', default: 'info' }),
  ),
  logFormat: Type.Enum(
    ['auto', 'json', 'pretty'],
    words({ description: 'Form of log lines; auto is pretty on a terminal and JSON elsewhere.', default: 'auto' }),
  ),
  faceModel: Type.Optional(
    Type.String(
      words({
        description:
          'The face model: name of a built-in one, or path of a model folder or an ONNX file (./ before a bare name). Unset: YuNet, cached or downloaded, else the one from npm.',
        expected: 'a name or a path',
      }),
    ),
  ),
  apiToken: Type.Optional(
    Type.String(
      words({
        description:
          'Guards the API and its pages when set: a bearer token for programs. People may log in with it, too.',
        minLength: 16,
        pattern: '^[\\x21-\\x7e]+$',
        expected: 'at least 16 characters without spaces, for example from: openssl rand -hex 24',
        secret: true,
      }),
    ),
  ),
  adminUser: Type.Optional(
    Type.String(
      words({
        description:
          'Guards the API and its pages, too: the name with which a person logs in, together with ADMIN_PASSWORD. What that person does is recorded as done by user: and this name.',
        pattern: '^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$',
        expected: 'up to 64 letters, digits, dots, hyphens, underscores and @, the first a letter or a digit',
      }),
    ),
  ),
  adminPassword: Type.Optional(
    Type.String(
      words({
        description: 'The password of ADMIN_USER. Set both or neither.',
        minLength: 12,
        maxLength: 1_000,
        pattern: '^[^\\x00-\\x1f\\x7f]+$',
        expected: 'at least 12 characters, for example four words; in quotes if it has a #',
        secret: true,
      }),
    ),
  ),
  trustProxy: Type.Optional(
    Type.String(
      words({
        description:
          'Proxies whose X-Forwarded-For, -Proto and -Host headers are believed, by the addresses from which they connect. Needs API_TOKEN or ADMIN_USER. Unset: those headers are ignored.',
        expected:
          'IP addresses or ranges, separated by commas, like 127.0.0.1, 172.18.0.0/16 (not a number of hops, and not /0)',
        addressList: true,
      }),
    ),
  ),
  queueActions: Type.Enum(
    ['on', 'off'],
    words({
      description:
        'Whether people may pause and slow down queues at /queues; each change is recorded (GET /api/actions). Off: Bull Board only shows. Jobs are never added, changed or removed by hand.',
      default: 'off',
    }),
  ),
  ...telemetrySettings,
  ...clientSettings,
  settleMs: milliseconds(100, 1500, 'How long a file’s size and mtime must stand still before it is read, in ms.'),
  scanIntervalMs: milliseconds(1000, 30_000, 'How often the whole inbox is compared with the ledger, in ms.'),
  batchFiles: Type.Optional(
    Type.Integer(
      words({
        description: 'Largest number of files that one run loads in one transaction.',
        minimum: 1,
        maximum: 100_000,
        defaultText: 'set by each source, 720 as a rule',
      }),
    ),
  ),
  loadMemoryMb: Type.Integer(
    words({
      description:
        'Rows that one load holds in memory on their way to the database, in MiB. Larger files are streamed; the memory of a worker does not grow with the size of files.',
      minimum: 1,
      maximum: 4096,
      default: 16,
    }),
  ),
  pageMemoryMb: Type.Integer(
    words({
      description:
        'Decompressed parquet pages that the loads of one worker process hold in memory, in MiB. One file may take all but 32 MiB of it; a file that would need more is quarantined.',
      minimum: 64,
      maximum: 1024,
      default: 192,
    }),
  ),
  pictureCacheMb: Type.Integer(
    words({
      description:
        'Rendered images (annotated ones and thumbnails) that are kept below DATA_DIR, in MiB; the least recently used go first. 0 keeps none.',
      minimum: 0,
      maximum: 1_048_576,
      default: 256,
    }),
  ),
  star: Type.Enum(
    ['on', 'off'],
    words({
      description:
        'Whether loads of datasets that declare a star are followed by refresh-star, which keeps dimension and fact tables up to date. Off: only when that task is started by hand.',
      default: 'on',
    }),
  ),
  jobLockMs: milliseconds(
    2000,
    30_000,
    'Time after which a worker that has not renewed the lock of a job has lost that job, in ms.',
  ),
  stopTimeoutMs: milliseconds(
    500,
    15_000,
    'How long a process may take to finish or hand back its work on stop, in ms.',
  ),
  hangTimeoutMs: milliseconds(
    2000,
    30_000,
    'Time after which a process that does not answer its supervisor is killed and started again, in ms.',
  ),
  reconcileIntervalMs: milliseconds(500, 5000, 'Time between two searches for recorded runs without a job, in ms.'),
});

/** The settings as the schema knows them, before paths are resolved and computed defaults filled in. */
export type Settings = Static<typeof settingsSchema>;
