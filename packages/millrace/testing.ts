// What `import … from 'millrace/testing'` gives: tasks in tests, on a real database.

export {
  type EndedFile,
  type EndedRun,
  type LogLine,
  type TestMillrace,
  type TestMillraceOptions,
  withMillrace,
} from '#testing/millrace.js';
