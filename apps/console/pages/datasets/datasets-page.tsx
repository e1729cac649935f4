import { Page } from '../../ui/page.js';

export function DatasetsPage() {
  return <Page title="DatasetsPage">…</Page>;
}
