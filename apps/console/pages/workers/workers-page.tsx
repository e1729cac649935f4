import { Page } from '../../ui/page.js';
import { CarrierPanel } from './carrier-panel.js';
import { MendsPanel } from './mends-panel.js';
import { PlatformPanel } from './platform-panel.js';
import styles from './workers.module.css';
import { WorkersTable } from './workers-table.js';

/** Who does the work, what carries it, and what was mended. */
export function WorkersPage() {
  return (
    <Page
      title="Workers"
      about="The processes that carry runs out, the queues that bring runs to them, and what all of it runs on"
    >
      <div className={styles['page']}>
        <WorkersTable />
        <CarrierPanel />
        <div className={styles['columns']}>
          <PlatformPanel />
          <MendsPanel />
        </div>
      </div>
    </Page>
  );
}
