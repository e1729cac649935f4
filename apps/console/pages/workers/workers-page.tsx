import { Page } from '../../ui/page.js';

export function WorkersPage() {
  return <Page title="WorkersPage">…</Page>;
}
