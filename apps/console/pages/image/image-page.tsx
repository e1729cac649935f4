import { Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { ImageDetail } from '../../generated/api.js';
import { useTexts } from '../../shell/use-texts.js';
import { countOf } from '../../ui/format.js';
import { Page } from '../../ui/page.js';
import { Panel } from '../../ui/panel.js';
import { QueryView } from '../../ui/query-view.js';
import { useSetting } from '../../ui/use-setting.js';
import { Boxes } from '../images/boxes.js';
import { Thumbnail } from '../images/thumbnail.js';
import { imageQuery } from '../images/use-images.js';
import { FacesTable } from './faces-table.js';
import { ImageActions, ImageFacts } from './image-facts.js';
import styles from './image-page.module.css';
import { pointsOf } from './landmarks.js';
import { Neighbours } from './neighbours.js';

/** One image with its faces, and where its record comes from. */
export function ImagePage() {
  const { id } = useParams({ from: '/images/$id' });
  const [texts] = useTexts();
  const query = useQuery(imageQuery(id));
  const image = query.data;
  return (
    <Page
      title={image?.filename ?? `Image ${id}`}
      crumbs={[
        { to: '/datasets', label: 'Datasets' },
        { to: '/datasets/images', label: 'images', search: texts },
      ]}
      about={image && `${countOf(image.faceNo, 'face')} · ${image.width} × ${image.height} pixels · ${image.format}`}
      actions={<Neighbours id={id} texts={texts} />}
    >
      <QueryView query={query} what="the image">
        {(found) => <Shown image={found} key={found.fileId} />}
      </QueryView>
    </Page>
  );
}

function Shown({ image }: { readonly image: ImageDetail }) {
  const [hasBoxes, setBoxes] = useSetting<boolean>('image.boxes', true);
  const [hasPoints, setPoints] = useSetting<boolean>('image.landmarks', true);
  const [chosen, setChosen] = useState<number>();
  const boxes = image.faces.map(({ landmarks, ...face }) => ({
    ...face,
    points: hasPoints ? pointsOf(landmarks).map(([, point]) => point) : [],
  }));
  return (
    <div className={styles['page']}>
      <div className={styles['left']}>
        <div className={styles['frame']} style={{ aspectRatio: `${image.width} / ${image.height}` }}>
          <Thumbnail id={image.fileId} name={image.filename} side={2048} />
          {hasBoxes && <Boxes width={image.width} height={image.height} boxes={boxes} chosen={chosen} />}
        </div>
        <div className={styles['below']}>
          <Switch
            size="xs"
            label="Boxes"
            checked={hasBoxes}
            onChange={(event) => setBoxes(event.currentTarget.checked)}
          />
          <Switch
            size="xs"
            label="Landmarks"
            checked={hasPoints}
            disabled={!hasBoxes}
            onChange={(event) => setPoints(event.currentTarget.checked)}
          />
          <ImageActions image={image} />
        </div>
        <Panel title={countOf(image.faces.length, 'face')} flush>
          <FacesTable faces={image.faces} onChoose={setChosen} />
        </Panel>
      </div>
      <div className={styles['right']}>
        <Panel title="Where it comes from">
          <ImageFacts image={image} />
        </Panel>
      </div>
    </div>
  );
}
