/** What the reconciler mends, and what it means when it does. */
export const mends = {
  'run-without-job': 'The carrier had lost the job of a run, or never got it; it was added.',
  'job-without-run': 'A job was left whose run had ended, or that the record does not know; it was removed.',
  'lost-attempt': 'A worker showed no sign of life and kept the job of its run; the job was freed for another worker.',
  'parent-without-open-children':
    'A run waited although all runs that it had invoked were over; its job was added anew.',
  'overdue-job': 'A job was held back although its time had come; it was let go.',
  'idle-window': 'Runs were held although none of their window was under way; the next one was let go.',
} as const;
export type MendKind = keyof typeof mends;
export const mendKinds = Object.keys(mends) as MendKind[];
