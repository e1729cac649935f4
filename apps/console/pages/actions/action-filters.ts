import type { Action } from '../../generated/api.js';
import type { Filter } from '../../ui/filter/filter.js';
import { wordsOfAction } from './action-words.js';

const names: readonly Action['action'][] = [
  'cancel-run',
  'cancel-runs',
  'retry-run',
  'retry-runs',
  'replay-files',
  'discard-files',
  'replace-file',
  'create-schedule',
  'change-schedule',
  'delete-schedule',
  'pause-schedule',
  'resume-schedule',
  'run-schedule',
  'backfill-schedule',
  'change-task-settings',
  'restore-task-settings',
  'pause',
  'resume',
  'limit-rate',
  'release-rate-limit',
  'limit-concurrency',
];

/** What actions can be narrowed by; the names are those of the API's parameters. */
export const actionFilters: readonly Filter[] = [
  {
    name: 'action',
    label: 'What was done',
    kind: 'choice',
    isMain: true,
    isMany: true,
    options: names.map((value) => ({ value, label: wordsOfAction(value) })),
  },
  { name: 'caller', label: 'Who', kind: 'text', isMain: true, hint: 'user:ada, bearer, session or local' },
  { name: 'subject', label: 'To what', kind: 'text', isMain: true, hint: 'task:NAME, schedule:NAME, file:ID' },
  { name: 'from', label: 'From', kind: 'time' },
  { name: 'to', label: 'Until', kind: 'time' },
  { name: 'queue', label: 'Queue', kind: 'text', hint: 'its name' },
  { name: 'runId', label: 'Run', kind: 'text', hint: 'its id' },
];
