import { Page } from '../../ui/page.js';

export function TasksPage() {
  return <Page title="TasksPage">…</Page>;
}
