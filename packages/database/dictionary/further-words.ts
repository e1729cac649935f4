/** What is said of a relation that Prisma's schema does not have. */
interface Words {
  readonly words: string;
  /** A column of a view that is not here has the words of the column of that name in the tables behind it. */
  readonly columns: Readonly<Record<string, string>>;
}

/** Views and tables that only migrations know. docs/sql-views.md says the same of those that people ask. */
export const furtherWords: Readonly<Record<string, Words>> = {
  'public.tasks_results': {
    words:
      'A row per run: one execution of a task. Run states have the words of other orchestrators, times are in UTC.',
    columns: {
      id: 'The run’s id, as in GET /api/runs/{id}.',
      task_id: 'Name of the task.',
      dag_id: 'Name of the task at the root of the flow; of a run that none invoked, its own.',
      execution_date: 'When the root of the flow was asked for; of one that a schedule started, the time of its slot.',
      status:
        'Queued, delayed (until a time or a retry), waiting (for runs that it invoked), running, success, failure or cancelled.',
      result: 'The output of a run that succeeded, {name, code?, message} of one that failed; null before.',
      start_time: 'When its first attempt began.',
      end_time: 'When it ended.',
      logs: 'The lines of its log, of all attempts: time, level and message.',
    },
  },
  'public.dags': {
    words: 'A row per task that a worker knows or has known: any task may be the root of a flow.',
    columns: {
      dag_id: 'Name of the task.',
      description: 'What it does.',
      queue: 'The queue that carries its runs.',
      source: 'The source whose files it loads; null if it loads none.',
      is_active: 'Whether the worker that started last knows it.',
      input_schema: 'JSON schema of its input.',
      output_schema: 'JSON schema of its output.',
      max_tries: 'Attempts that may fail before a run fails.',
      timeout: 'Seconds after which an attempt is given up.',
      first_seen: 'When a worker first wrote it down.',
      removed_at: 'When a worker started that does not know it.',
    },
  },
  'public.dag_runs': {
    words: 'A row per flow: a run that none invoked, with all the runs below it.',
    columns: {
      id: 'Id of the run at the root.',
      dag_id: 'Name of its task.',
      execution_date: 'When it was asked for, or the time of its schedule’s slot.',
      status: 'State of the run at the root.',
      run_type: 'What asked for it: watcher, api, replay, follow or schedule.',
      schedule: 'The schedule that started it.',
      input: 'Its input.',
      result: 'Its output or its error.',
      start_time: 'When it began.',
      end_time: 'When it ended.',
      task_count: 'Runs of the flow, itself included.',
    },
  },
  'public.task_instances': {
    words: 'A row per run like tasks_results, with where and how it runs.',
    columns: {
      id: 'The run’s id.',
      task_id: 'Name of the task.',
      dag_id: 'Name of the task at the root of the flow.',
      dag_run_id: 'Id of the run at the root, as in dag_runs.',
      parent_id: 'Id of the run that invoked it; null for the root.',
      execution_date: 'When the root of the flow was asked for; of one that a schedule started, the time of its slot.',
      status:
        'Queued, delayed (until a time or a retry), waiting (for runs that it invoked), running, success, failure or cancelled.',
      try_number:
        'Number of its latest attempt; 0 before the first. One that waited for others begins another attempt, too.',
      max_tries: 'Attempts that may fail before it fails.',
      queue: 'The queue that carries it.',
      priority: '1 first; 0 goes before all numbers.',
      hostname: 'Host of the worker that has its latest attempt.',
      input: 'Its input.',
      result: 'Its output or its error.',
      queued_time: 'When it was recorded.',
      start_time: 'When its first attempt began.',
      end_time: 'When it ended.',
      duration: 'Seconds from its start to its end.',
    },
  },
  'pipeline_schema.tasks_results': { words: 'The view public.tasks_results under another name.', columns: {} },
  'ops.root_run': {
    words: 'Runs that none invoked: the roots of flows. For the views of telemetry.',
    columns: { execution_date: 'When the flow was asked for, or the time of its schedule’s slot; in UTC.' },
  },
  'ops.run_in_flow': {
    words: 'Each run with the root of its flow. For the views of telemetry.',
    columns: {
      root_task: 'Name of the task at the root of the flow; of a run that none invoked, its own.',
      execution_date: 'When the root of the flow was asked for, or the time of its schedule’s slot; in UTC.',
    },
  },
  'fleet.vehicle_status_latest': {
    words: 'The latest status of each vehicle: of two reports of one instant that of the later file.',
    columns: {},
  },
  'public.objects_detection': {
    words: 'fleet.objects_detection without its schema: a row per detection of an event.',
    columns: {},
  },
  'public.vehicle_status': {
    words: 'fleet.vehicle_status without its schema: all reports, which are the history of every vehicle.',
    columns: {},
  },
  'public.vehicles_status': {
    words: 'The latest report of each vehicle, as fleet.vehicle_status_latest; looks a vehicle up in an index.',
    columns: {},
  },
  'public.data_sample': { words: 'dwh.data_sample without its schema.', columns: {} },
  'public._prisma_migrations': {
    words: 'The migrations that this database has had, as Prisma’s tools keep them.',
    columns: {
      id: 'Made anew for each record.',
      checksum: 'SHA-256 of the migration’s file, in hexadecimal digits.',
      finished_at: 'When it was applied; null for one that failed.',
      migration_name: 'Name of its folder.',
      logs: 'What went wrong with one that failed; null otherwise.',
      rolled_back_at: 'When a person resolved it as not applied; null otherwise.',
      started_at: 'When it was begun.',
      applied_steps_count: 'Always 1: a migration is one step.',
    },
  },
};
