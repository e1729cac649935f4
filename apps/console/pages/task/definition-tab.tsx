import { useQuery } from '@tanstack/react-query';
import { call } from '../../client/call.js';
import { listDatasets, type Task } from '../../generated/api.js';
import { Facts } from '../../ui/facts.js';
import { countOf, formatDuration } from '../../ui/format.js';
import { Json } from '../../ui/json.js';
import { PageLink } from '../../ui/link.js';
import { Panel } from '../../ui/panel.js';
import styles from './task-page.module.css';

/** How a task is defined, with what is set for it now: terms, source, datasets, schemas. */
export function DefinitionTab({ task }: { readonly task: Task }) {
  const datasets = useQuery({
    queryKey: ['datasets'],
    queryFn: ({ signal }) => call(listDatasets({ signal })),
    staleTime: 60_000,
  });
  const own = datasets.data?.items.filter(({ source }) => source.task === task.name) ?? [];
  const { retry, source, followedBy, labels } = task;
  return (
    <div className={styles['stack']}>
      <Panel title="Terms of its runs">
        <Facts
          of={{
            Queue: task.queue,
            Tries: countOf(retry.attempts, 'try', 'tries'),
            'Between tries':
              retry.attempts === 1
                ? '–'
                : `${formatDuration(retry.backoffMs)}, at most ${formatDuration(retry.maxBackoffMs)}`,
            'Timeout of an attempt': formatDuration(task.timeoutMs),
            'Slots of its queue in a worker': task.concurrency,
            'Runs at a time, over all workers': task.settings.concurrency ?? 'as many as there are slots',
            Priority: task.priority === 0 ? '0, before all numbers' : task.priority,
            Labels:
              Object.keys(labels).length === 0
                ? '–'
                : Object.entries(labels)
                    .map(([name, value]) => `${name}=${value}`)
                    .join(', '),
            'Followed by':
              followedBy === null ? (
                '–'
              ) : (
                <PageLink to="/tasks/$name" params={{ name: followedBy }}>
                  {followedBy}
                </PageLink>
              ),
            Source: source ? (
              <PageLink to="/files" search={{ source: source.name }}>
                {source.name}
              </PageLink>
            ) : (
              '–'
            ),
            'Files that it takes': source?.description,
            Datasets:
              own.length === 0
                ? undefined
                : own.map(({ name }, index) => (
                    <span key={name}>
                      {index > 0 && ', '}
                      <PageLink to="/datasets/$name" params={{ name }}>
                        {name}
                      </PageLink>
                    </span>
                  )),
          }}
        />
      </Panel>
      <div className={styles['columns']}>
        <Panel title="Input">
          <Json value={task.inputSchema} label="JSON Schema of the input" />
        </Panel>
        <Panel title="Output">
          <Json value={task.outputSchema} label="JSON Schema of the output" />
        </Panel>
      </div>
    </div>
  );
}
