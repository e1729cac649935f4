import type { DatasetDetail } from '../../generated/api.js';
import { PageLink } from '../../ui/link.js';
import { UploadDrop } from '../../ui/upload-drop.js';

/** A dataset without files: how it gets some. */
export function EmptyDataset({ dataset }: { readonly dataset: DatasetDetail }) {
  return (
    <UploadDrop title="Nothing is loaded yet: drop files here">
      It takes {dataset.source.description}, and{' '}
      <PageLink to="/tasks/$name" params={{ name: dataset.source.task }} inherit underline="always">
        {dataset.source.task}
      </PageLink>{' '}
      loads them. <code>npm run samples -- --out ./inbox/samples --images 20 --parquet 60 --json 10</code> writes some
      to try it with.
    </UploadDrop>
  );
}
