import { Page } from '../../ui/page.js';

export function SchedulesPage() {
  return <Page title="SchedulesPage">…</Page>;
}
