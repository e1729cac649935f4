import { Page } from '../../ui/page.js';

export function FilePage() {
  return <Page title="FilePage">…</Page>;
}
