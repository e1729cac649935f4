import type { ReactNode } from 'react';
import type { DatasetDetail } from '../../generated/api.js';
import { PageLink } from '../../ui/link.js';
import styles from './dataset.module.css';

/** From the files to everything that reads their rows, as a chain. */
export function Lineage({ dataset: { source, lineage } }: { readonly dataset: DatasetDetail }) {
  const task = (name: string): ReactNode => (
    <PageLink to="/tasks/$name" params={{ name }} inherit>
      {name}
    </PageLink>
  );
  const stations: readonly (readonly [string, ReactNode])[] = [
    [
      'files',
      <PageLink key="files" to="/files" search={{ source: lineage.source }} inherit>
        {source.description}
      </PageLink>,
    ],
    ['task', task(lineage.task)],
    ['table', <code key="table">{lineage.table}</code>],
    ...(lineage.followedBy === null ? [] : [['then the task', task(lineage.followedBy)] as const]),
    ...(lineage.star.length === 0
      ? []
      : [
          [
            'star',
            <span key="star">
              {lineage.star.map((name) => (
                <code key={name}>{name} </code>
              ))}
            </span>,
          ] as const,
        ]),
    ...(lineage.views.length === 0
      ? []
      : [
          [
            'views',
            <span key="views">
              {lineage.views.map((name) => (
                <code key={name}>{name} </code>
              ))}
            </span>,
          ] as const,
        ]),
  ];
  return (
    <ol className={styles['chain']}>
      {stations.map(([kind, words], index) => (
        <li key={kind}>
          {index > 0 && <span aria-hidden>→</span>}
          <span className={styles['station']}>
            <span className={styles['kind']}>{kind}</span>
            {words}
          </span>
        </li>
      ))}
    </ol>
  );
}
