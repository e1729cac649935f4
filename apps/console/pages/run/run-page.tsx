import { Page } from '../../ui/page.js';

export function RunPage() {
  return <Page title="RunPage">…</Page>;
}
