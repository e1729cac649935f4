import { Text } from '@mantine/core';
import { IconPhotoOff } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { frameAddress } from './links.js';
import styles from './viewer.module.css';

/** Frames are shown no wider than this, and asked for no wider, whatever a camera takes. */
const width = 1_280;

export interface FrameImageProps {
  readonly footage: string;
  readonly frame: number;
  /** The frame that comes next, read ahead. */
  readonly next: number | undefined;
  /** The frame is on the page, or it is known that it cannot be. */
  onShown(frame: number): void;
}

/** A frame, large. The one before stays until it is there. */
export function FrameImage({ footage, frame, next, onShown }: FrameImageProps) {
  const [broken, setBroken] = useState<number>();
  const [shown, setShown] = useState<number>();
  useEffect(() => {
    if (next !== undefined && shown === frame) new Image().src = frameAddress(footage, next, width);
  }, [footage, next, shown, frame]);
  return (
    <div className={styles['frame']}>
      {broken === frame && (
        <div className={styles['broken']}>
          <IconPhotoOff size={34} stroke={1.3} aria-hidden />
          <Text size="sm">Frame {frame} cannot be read: it is missing or broken.</Text>
        </div>
      )}
      <img
        src={frameAddress(footage, frame, width)}
        alt={`Frame ${frame} of ${footage}`}
        hidden={broken === frame}
        onLoad={() => {
          setShown(frame);
          onShown(frame);
        }}
        onError={() => {
          setBroken(frame);
          onShown(frame);
        }}
      />
    </div>
  );
}
