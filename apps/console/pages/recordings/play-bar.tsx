import { ActionIcon, Group, Select, Tooltip } from '@mantine/core';
import {
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconPlayerSkipBack,
  IconPlayerSkipForward,
  IconPlayerTrackNext,
  IconPlayerTrackPrev,
} from '@tabler/icons-react';
import { formatCount } from '../../ui/format.js';
import { formatSecond } from './format-second.js';
import { rates } from './use-play.js';
import styles from './viewer.module.css';

export interface PlayBarProps {
  readonly frame: number;
  readonly last: number;
  goTo(frame: number): void;
  readonly isPlaying: boolean;
  onPlay(): void;
  readonly rate: number;
  onRate(rate: number): void;
  /** When the frame was taken. */
  readonly about: string | undefined;
}

/** Goes through the frames: by hand, by a bar, or by itself. */
export function PlayBar({ frame, last, goTo, isPlaying, onPlay, rate, onRate, about }: PlayBarProps) {
  const button = (label: string, keys: string, Icon: typeof IconPlayerTrackNext, to: number, isOff: boolean) => (
    <Tooltip label={`${label} (${keys})`}>
      <ActionIcon variant="subtle" color="gray" aria-label={label} disabled={isOff} onClick={() => goTo(to)}>
        <Icon size={17} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
  return (
    <div className={styles['bar']}>
      <input
        type="range"
        className={styles['scrub']}
        min={0}
        max={last}
        step={1}
        value={frame}
        aria-label="Frame"
        aria-valuetext={`Frame ${frame} of ${last}, ${formatSecond(frame)}`}
        onChange={(event) => goTo(Number(event.currentTarget.value))}
      />
      <div className={styles['buttons']}>
        <Group gap={2} wrap="nowrap">
          {button('First frame', 'Home', IconPlayerSkipBack, 0, frame === 0)}
          {button('Previous frame', '←', IconPlayerTrackPrev, frame - 1, frame === 0)}
          <Tooltip label={isPlaying ? 'Pause (space)' : 'Play (space)'}>
            <ActionIcon
              variant="filled"
              aria-label={isPlaying ? 'Pause' : 'Play'}
              onClick={onPlay}
              disabled={last === 0}
            >
              {isPlaying ? (
                <IconPlayerPauseFilled size={15} aria-hidden />
              ) : (
                <IconPlayerPlayFilled size={15} aria-hidden />
              )}
            </ActionIcon>
          </Tooltip>
          {button('Next frame', '→', IconPlayerTrackNext, frame + 1, frame >= last)}
          {button('Last frame', 'End', IconPlayerSkipForward, last, frame >= last)}
        </Group>
        <span className={styles['at']}>
          <b>{formatSecond(frame)}</b> frame {formatCount(frame)} (0 to {formatCount(last)})
        </span>
        {about !== undefined && <span className="dim">{about}</span>}
        <Select
          size="xs"
          w={118}
          aria-label="Frames a second"
          data={rates.map((each) => ({ value: String(each), label: `${each} a second` }))}
          value={String(rate)}
          allowDeselect={false}
          onChange={(next) => next !== null && onRate(Number(next))}
        />
      </div>
    </div>
  );
}
