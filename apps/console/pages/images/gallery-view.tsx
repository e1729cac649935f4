import { NativeSelect, SegmentedControl, Switch, Text } from '@mantine/core';
import { useTexts } from '../../shell/use-texts.js';
import { countOf } from '../../ui/format.js';
import { EmptyNote, LoadingNote, ProblemNote } from '../../ui/notes.js';
import { More } from '../../ui/table/endless.js';
import { NewRows, StandingStill, useHeldList } from '../../ui/table/held-list.js';
import { useSetting } from '../../ui/use-setting.js';
import { ImageCard } from './image-card.js';
import { ImageFilterBar } from './image-filter-bar.js';
import { imageOrders, imageQueryOf, orderOf } from './image-filters.js';
import styles from './images.module.css';
import { useImageStats, useImages } from './use-images.js';

/** The pictures with the faces that were found in them. */
export function GalleryView() {
  const [{ view: _view, row: _row, ...texts }, change] = useTexts();
  const [hasBoxes, setBoxes] = useSetting<boolean>('gallery.boxes', true);
  const [size, setSize] = useSetting<string>('gallery.size', 'medium');
  const { pages, rows: images, isLong, restart } = useImages(texts);
  const { data: stats, isPlaceholderData: isOtherStats } = useImageStats(texts);
  const held = useHeldList(
    images,
    ({ fileId }) => fileId,
    pages.isPlaceholderData ? undefined : JSON.stringify([imageQueryOf(texts), orderOf(texts)]),
  );
  const toTop = (): void => {
    held.showNew();
    if (isLong) restart();
  };
  const isNarrowed = Object.keys(imageQueryOf(texts)).length > 0;
  return (
    <>
      <ImageFilterBar />
      <div className={styles['bar']}>
        <NativeSelect
          aria-label="Order"
          size="xs"
          data={imageOrders.map((order) => ({ ...order }))}
          value={orderOf(texts)}
          onChange={(event) => change({ order: event.currentTarget.value })}
        />
        <SegmentedControl
          size="xs"
          aria-label="Size of the pictures"
          data={[
            { value: 'small', label: 'Small' },
            { value: 'medium', label: 'Medium' },
            { value: 'large', label: 'Large' },
          ]}
          value={size}
          onChange={setSize}
        />
        <Switch
          size="xs"
          label="Boxes"
          checked={hasBoxes}
          onChange={(event) => setBoxes(event.currentTarget.checked)}
        />
        <Text size="xs" c="dimmed" role="status">
          {pages.isPlaceholderData || isOtherStats
            ? 'Reading …'
            : stats && `${countOf(stats.pictures, 'picture')}, ${countOf(stats.faces, 'face')}`}
        </Text>
        <NewRows count={held.newCount} what="picture" onShow={toTop} />
        <StandingStill isLong={isLong} onRestart={toTop} />
      </div>
      {pages.error && <ProblemNote error={pages.error} onRetry={() => void pages.refetch()} />}
      <div ref={held.part}>
        {pages.data === undefined ? (
          !pages.error && <LoadingNote what="the pictures" />
        ) : held.rows.length === 0 ? (
          <EmptyNote title={isNarrowed ? 'No picture fits these filters' : 'No picture is loaded'}>
            {isNarrowed && 'Take one of the filters above away.'}
          </EmptyNote>
        ) : (
          <ul className={styles['gallery']} data-size={size} aria-label="Pictures">
            {held.rows.map((image) => (
              <ImageCard key={image.fileId} image={image} hasBoxes={hasBoxes} texts={texts} />
            ))}
          </ul>
        )}
      </div>
      {held.rows.length > 0 && <More of={pages} count={held.rows.length} />}
    </>
  );
}
