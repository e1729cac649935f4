import { Text } from '@mantine/core';
import { CodeText } from '../../ui/json.js';
import { Panel } from '../../ui/panel.js';
import { UploadDrop } from '../../ui/upload-drop.js';
import styles from './begin.module.css';
import { SampleButton } from './sample-button.js';

const samples = 'npm run samples -- --out ./inbox/more --images 20 --parquet 60 --json 10';
const sql = `SELECT department_name, count(*) AS rows
FROM dwh.data_sample
GROUP BY department_name
ORDER BY rows DESC;`;

/** On an empty platform: how to begin, in three steps. */
export function Begin() {
  const curl = `curl '${location.origin}/api/files?state=loaded'`;
  return (
    <Panel title="Begin here: Millrace turns files into rows">
      <ol className={styles['steps']}>
        <li className={styles['step']}>
          <h3 className={styles['title']}>Drop files in</h3>
          <UploadDrop>
            Pictures, parquet files, JSON reports. Or copy them into the inbox (<code>./inbox</code> unless it was set
            otherwise): each is looked at when it has stood still for a moment.
          </UploadDrop>
        </li>
        <li className={styles['step']}>
          <h3 className={styles['title']}>Or take samples</h3>
          <SampleButton />
          <Text size="sm">Of any number, by a command:</Text>
          <CodeText label="the command that writes samples" text={samples} />
        </li>
        <li className={styles['step']}>
          <h3 className={styles['title']}>Ask the first question</h3>
          <Text size="sm">In SQL, or of the API, which needs no client of its own:</Text>
          <CodeText label="the first query in SQL" text={sql} />
          <CodeText label="the first query of the API" text={curl} />
        </li>
      </ol>
    </Panel>
  );
}
