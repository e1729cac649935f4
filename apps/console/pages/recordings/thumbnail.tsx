import { IconPhotoOff } from '@tabler/icons-react';
import { useState } from 'react';
import { frameAddress } from './links.js';
import styles from './recordings.module.css';

export interface ThumbnailProps {
  readonly footage: string;
  readonly frame: number;
  /** What is to be seen, for who does not see it. */
  readonly alt: string;
}

/** A frame, small; where it cannot be read, a sign that says so. */
export function Thumbnail({ footage, frame, alt }: ThumbnailProps) {
  const address = frameAddress(footage, frame, 320);
  const [broken, setBroken] = useState<string>();
  if (broken === address) {
    return (
      <span className={styles['noImage']} title="The frame cannot be read">
        <IconPhotoOff size={22} stroke={1.4} aria-hidden />
        <span>no image</span>
      </span>
    );
  }
  return (
    <img
      className={styles['thumbnail']}
      src={address}
      alt={alt}
      loading="lazy"
      onError={() => setBroken(address)}
      width={320}
      height={180}
    />
  );
}
