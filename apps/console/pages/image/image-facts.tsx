import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import type { ImageDetail } from '../../generated/api.js';
import { Facts } from '../../ui/facts.js';
import { FileLink } from '../../ui/file-path.js';
import { formatBytes } from '../../ui/format.js';
import { CopyText } from '../../ui/json.js';
import { PageLink } from '../../ui/link.js';
import { StateBadge } from '../../ui/state-badge.js';
import { Time } from '../../ui/time.js';

/** The file, model and run of an image. */
export function ImageFacts({ image }: { readonly image: ImageDetail }) {
  const { file, decidedBy, runs } = image;
  const run = runs.find(({ id }) => id === image.runId);
  return (
    <Facts
      of={{
        File: <FileLink id={image.fileId} path={image.path} />,
        Version: file.current ? file.version : `${file.version}, not the newest`,
        Size: formatBytes(file.size),
        Seen: <Time at={file.seenAt} />,
        'Import day': image.impDate,
        Model: (
          <PageLink to="/datasets/$name" params={{ name: 'images' }} search={{ model: image.model }} inherit>
            {image.model}
          </PageLink>
        ),
        'Counts as a face from': `score ${image.threshold}`,
        Run:
          image.runId === null ? undefined : (
            <>
              <PageLink to="/runs/$id" params={{ id: image.runId }} inherit>
                {run?.task ?? image.runId.slice(0, 8)}
              </PageLink>{' '}
              {run && <StateBadge kind="run" state={run.state} />}
            </>
          ),
        Worker:
          decidedBy === null ? undefined : (
            <PageLink to="/workers/$id" params={{ id: decidedBy.worker.id }} inherit>
              {decidedBy.worker.host}, process {decidedBy.worker.pid}, attempt {decidedBy.attempt}
            </PageLink>
          ),
        'SHA-256': (
          <>
            <code title={image.sha256}>{image.sha256.slice(0, 16)}…</code>{' '}
            <CopyText text={image.sha256} what="the SHA-256" />
          </>
        ),
      }}
    />
  );
}

/** Ways to the bytes. */
export function ImageActions({ image: { fileId, links } }: { readonly image: ImageDetail }) {
  const icon = <IconDownload size={15} aria-hidden />;
  return (
    <>
      <Button component="a" href={`/api/files/${fileId}/content`} download variant="default" leftSection={icon}>
        Download
      </Button>
      <Button component="a" href={`${links.annotated}?side=2048`} download variant="default" leftSection={icon}>
        Download with boxes and scores
      </Button>
    </>
  );
}
