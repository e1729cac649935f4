import { Page } from '../../ui/page.js';

export function UploadPage() {
  return <Page title="UploadPage">…</Page>;
}
