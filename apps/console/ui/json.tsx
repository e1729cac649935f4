import { ActionIcon } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useMemo } from 'react';
import styles from './json.module.css';
import { Tip } from './tip.js';

/** A text that can be copied as a whole, in letters of one width. */
export function CodeText({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <div className={styles['box']}>
      {/* What scrolls has to be reached by the keyboard. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above */}
      <section className={styles['text']} tabIndex={0} aria-label={label}>
        <pre>{text}</pre>
      </section>
      <CopyText text={text} what={label} />
    </div>
  );
}

/** A button that copies. */
export function CopyText({ text, what }: { readonly text: string; readonly what: string }) {
  const { copy, copied, error } = useClipboard();
  // Browsers copy for pages over https and of this machine only.
  const words = error
    ? 'The browser does not allow that here: mark the text, and copy it with the keyboard'
    : undefined;
  return (
    <Tip label={words ?? (copied ? 'Copied' : `Copy ${what}`)}>
      <ActionIcon variant="subtle" color="gray" size="sm" onClick={() => copy(text)} aria-label={`Copy ${what}`}>
        {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
      </ActionIcon>
    </Tip>
  );
}

/** A value of JSON, indented. */
export function Json({ value, label }: { readonly value: unknown; readonly label: string }) {
  const text = useMemo(() => JSON.stringify(value, null, 2) ?? 'undefined', [value]);
  return <CodeText text={text} label={label} />;
}
