import { Page } from '../../ui/page.js';

export function ActionsPage() {
  return <Page title="ActionsPage">…</Page>;
}
