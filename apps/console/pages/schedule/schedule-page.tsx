import { Page } from '../../ui/page.js';

export function SchedulePage() {
  return <Page title="Schedule">…</Page>;
}
