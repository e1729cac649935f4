import { Page } from '../../ui/page.js';

export function DatasetPage() {
  return <Page title="DatasetPage">…</Page>;
}
