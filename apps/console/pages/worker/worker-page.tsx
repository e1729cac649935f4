import { Page } from '../../ui/page.js';

export function WorkerPage() {
  return <Page title="WorkerPage">…</Page>;
}
