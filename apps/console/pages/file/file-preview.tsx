import { Alert, Stack, Text } from '@mantine/core';
import type { FilePreview } from '../../generated/api.js';
import { countOf, formatBytes } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import styles from './file-preview.module.css';
import { PreviewTable } from './preview-table.js';

export interface PreviewProps {
  readonly preview: FilePreview;
  /** The page says already what is wrong with the file. */
  readonly isKnown: boolean;
}

/** What of a file can be shown without storing it. */
export function Preview({ preview, isKnown }: PreviewProps) {
  const { fileId, path, kind, description, problem, image, table, text, fault, archive } = preview;
  const isBare = !image && !table && !text && !fault && !archive;
  return (
    <Stack gap="sm">
      {problem && !isKnown && (
        <Alert variant="light" color="red" title={problem.code}>
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {problem.message}
          </Text>
        </Alert>
      )}
      {image && (
        <figure style={{ margin: 0 }}>
          <PageLink to="/images/$id" params={{ id: fileId }}>
            <img className={styles['picture']} src={image.links.annotated} alt={`${path} with the faces found in it`} />
          </PageLink>
          <Text component="figcaption" size="sm" c="dimmed" ta="center" mt={6}>
            {image.width} × {image.height} pixels, with the faces that were found
          </Text>
        </figure>
      )}
      {fault && <FaultPosition fault={fault} />}
      {table && <PreviewTable table={table} />}
      {text && !fault && (
        <>
          <Scroll label="Beginning of the file">
            <pre>{text.content === '' ? '(empty)' : text.content}</pre>
          </Scroll>
          {!text.whole && (
            <Text size="xs" c="dimmed">
              The first 64 KiB of {formatBytes(preview.size)}.
            </Text>
          )}
        </>
      )}
      {archive && (
        <>
          <Text size="sm" c="dimmed">
            {archive.count === null ? 'Entries of the archive' : countOf(archive.count, 'entry', 'entries')}
            {archive.count !== null &&
              archive.count > archive.entries.length &&
              `, the first ${archive.entries.length}`}
          </Text>
          <Scroll label="Entries of the archive">
            <pre>{archive.entries.map(({ name, size }) => `${formatBytes(size).padStart(9)}  ${name}`).join('\n')}</pre>
          </Scroll>
        </>
      )}
      {isBare && (
        <Text size="sm" c="dimmed">
          {description ??
            `Nothing of it can be shown: it is ${kind === 'other' ? 'of no kind that is known' : `${kind}, and not readable`}.`}
        </Text>
      )}
    </Stack>
  );
}

/** The position at which a file is broken, with the text around it. */
function FaultPosition({ fault }: { readonly fault: NonNullable<FilePreview['fault']> }) {
  const { byte, line, column, before, after } = fault;
  // The sign itself; a line's end or the file's would not be seen.
  const [first = ''] = after;
  const isSeen = first.trim() !== '';
  return (
    <>
      <Text size="sm" fw={550}>
        Broken at line {line}
        {column !== null && `, column ${column}`} (byte {byte})
      </Text>
      <Scroll label="Where the file is broken">
        <pre>
          {before}
          <mark className={styles['bad']}>{isSeen ? first : first === '' ? '⟨end⟩' : '␣'}</mark>
          {isSeen ? after.slice(first.length) : after}
        </pre>
      </Scroll>
    </>
  );
}

/** What scrolls has to be reached by the keyboard. */
function Scroll({ label, children }: { readonly label: string; readonly children: React.ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <section className={styles['scroll']} tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
