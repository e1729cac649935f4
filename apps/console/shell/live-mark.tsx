import { Tooltip } from '@mantine/core';
import { useLiveState } from '../live/use-live.js';
import styles from './live-mark.module.css';

const words = {
  connecting: ['Connecting', 'Changes will be shown as they happen.'],
  live: ['Live', 'Changes are shown as they happen.'],
  away: ['Not live', 'The connection was lost; what is shown may be old. It is tried again by itself.'],
} as const;

/** Whether the page shows what happens. */
export function LiveMark() {
  const state = useLiveState();
  const [label, about] = words[state];
  return (
    <Tooltip label={about}>
      <span className={styles['mark']} data-live={state} role="status">
        <span className={styles['dot']} aria-hidden />
        {label}
      </span>
    </Tooltip>
  );
}
