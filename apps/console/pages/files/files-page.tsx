import { Page } from '../../ui/page.js';

export function FilesPage() {
  return <Page title="FilesPage">…</Page>;
}
