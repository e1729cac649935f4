import { loadLinkedFiles } from '#loading/linked/load-linked.js';
import type { TaskRun } from '#runs/context.js';
import type { definition } from './definition.js';
import { recordingFiles } from './tables.js';

export const run: TaskRun<typeof definition> = (context) => loadLinkedFiles(context, recordingFiles);
