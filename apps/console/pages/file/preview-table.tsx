import { Text } from '@mantine/core';
import type { FilePreview } from '../../generated/api.js';
import { countOf, formatCount } from '../../ui/format.js';
import styles from './file-preview.module.css';

/** The first rows of a file with columns. */
export function PreviewTable({ table }: { readonly table: NonNullable<FilePreview['table']> }) {
  const { rowCount, columnCount, columns, rows } = table;
  return (
    <>
      <Text size="sm" c="dimmed">
        {countOf(rowCount, 'row')}, {countOf(columnCount, 'column')}
        {rows.length < rowCount && `; the first ${formatCount(rows.length)} rows`}
        {columns.length < columnCount && `, the first ${columns.length} columns`}
      </Text>
      {/* What scrolls has to be reached by the keyboard. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above */}
      <section className={styles['scroll']} tabIndex={0} aria-label="First rows of the file">
        <table className={styles['table']} aria-label="First rows of the file">
          <thead>
            <tr>
              {columns.map(({ name, type, fault }) => (
                <th key={name} scope="col" title={fault ?? undefined}>
                  {name}
                  <span className={styles['type']}>{fault === null ? type : `${type}: not shown, ${fault}`}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              // Rows of a file have no name but their position.
              // biome-ignore lint/suspicious/noArrayIndexKey: see above
              <tr key={index}>
                {columns.map(({ name }, column) => {
                  const value = row[column] ?? null;
                  return (
                    <td key={name} title={value ?? undefined}>
                      {value ?? <span className="dim">null</span>}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}
