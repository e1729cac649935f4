import { Page } from '../../ui/page.js';

export function ImagePage() {
  return <Page title="ImagePage">…</Page>;
}
