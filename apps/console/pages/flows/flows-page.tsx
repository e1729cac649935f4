import { Page } from '../../ui/page.js';

export function FlowsPage() {
  return <Page title="FlowsPage">…</Page>;
}
