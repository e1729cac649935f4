import type { ComparedImage } from '../../generated/api.js';
import { countOf } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import { type Box, Boxes } from './boxes.js';
import styles from './compare.module.css';
import frameStyles from './images.module.css';
import { Thumbnail } from './thumbnail.js';

/** An image on which two models differ, once for each, with the faces that this one alone found. */
export function DifferenceCard({ image }: { readonly image: ComparedImage }) {
  const { fileId, filename, facesA, facesB, onlyA, onlyB } = image;
  return (
    <li className={styles['pair']}>
      <div className={styles['sides']}>
        <Side image={image} name="a" faces={facesA} only={onlyA} />
        <Side image={image} name="b" faces={facesB} only={onlyB} />
      </div>
      <div className={styles['foot']}>
        <PageLink to="/images/$id" params={{ id: fileId }} size="sm" title={filename}>
          {filename}
        </PageLink>
      </div>
    </li>
  );
}

interface SideProps {
  readonly image: ComparedImage;
  readonly name: 'a' | 'b';
  readonly faces: number;
  readonly only: readonly Box[];
}

function Side({ image: { fileId, filename, width, height }, name, faces, only }: SideProps) {
  return (
    <figure className={styles['side']}>
      <span className={frameStyles['frame']}>
        <Thumbnail id={fileId} name={filename} side={400} />
        {width !== null && height !== null && <Boxes width={width} height={height} boxes={only} tone="only" />}
      </span>
      <figcaption>
        <b>{name}</b>: {countOf(faces, 'face')}
        {only.length > 0 && `, ${only.length} of them not found by ${name === 'a' ? 'b' : 'a'}`}
      </figcaption>
    </figure>
  );
}
