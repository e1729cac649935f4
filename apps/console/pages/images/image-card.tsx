import type { Image } from '../../generated/api.js';
import type { Texts } from '../../shell/search-text.js';
import { countOf } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import { Boxes } from './boxes.js';
import styles from './images.module.css';
import { Thumbnail } from './thumbnail.js';

export interface ImageCardProps {
  readonly image: Image;
  readonly hasBoxes: boolean;
  /** The filters and the order of the gallery, which the image's page walks on with. */
  readonly texts: Texts;
}

/** An image in the gallery. */
export function ImageCard({ image, hasBoxes, texts }: ImageCardProps) {
  const { fileId, filename, width, height, faceNo, faces } = image;
  return (
    <li className={styles['card']}>
      <PageLink
        to="/images/$id"
        params={{ id: fileId }}
        search={texts}
        className={styles['cardLink'] ?? ''}
        underline="never"
      >
        <span className={styles['frame']} aria-hidden>
          <Thumbnail id={fileId} name={filename} side={320} />
          {hasBoxes && <Boxes width={width} height={height} boxes={faces} />}
        </span>
        <span className={styles['caption']}>
          <span className={styles['name']} title={filename}>
            {filename}
          </span>
          <span className={styles['count']}>{countOf(faceNo, 'face')}</span>
        </span>
      </PageLink>
    </li>
  );
}
