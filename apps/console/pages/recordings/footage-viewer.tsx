import { Alert } from '@mantine/core';
import type { Footage, FootageTimeline } from '../../generated/api.js';
import { EmptyNote } from '../../ui/notes.js';
import { QueryView } from '../../ui/query-view.js';
import { formatInstant } from '../../ui/time-words.js';
import { FrameImage } from './frame-image.js';
import { FrameLabels } from './frame-labels.js';
import { PlayBar } from './play-bar.js';
import { Tracks } from './tracks.js';
import { useFrame } from './use-frame.js';
import { useFrameKeys } from './use-frame-keys.js';
import { usePlay } from './use-play.js';
import { useFootageTimeline } from './use-recordings.js';
import styles from './viewer.module.css';
import { useZoom, windowOf, ZoomChoice } from './zoom.js';

/** More points than pixels say nothing more. */
const points = 400;

/** The frames of a footage, one large; under it, on one axis of time, what was measured and what was recognised. */
export function FootageViewer({ footage }: { readonly footage: Footage }) {
  const whole = useFootageTimeline(footage.id, { points });
  const last = lastFrameOf(footage, whole.data);
  const [frame, goTo] = useFrame(last);
  const [zoom, setZoom] = useZoom();
  const part = windowOf(zoom, frame, last);
  const near = useFootageTimeline(footage.id, { points, ...(part ? { $from: part.from, to: part.to } : {}) });
  const exact = useFootageTimeline(footage.id, { $from: frame, to: frame, points: 1 });
  const play = usePlay(frame, last, goTo, footage.fault === null);
  useFrameKeys({ frame, last, goTo, onPlay: play.toggle });
  const began = whole.data?.began;
  return (
    <div className={styles['viewer']}>
      <div className={styles['screen']}>
        {footage.fault === null ? (
          <FrameImage
            footage={footage.id}
            frame={frame}
            next={frame < last ? frame + 1 : undefined}
            onShown={play.onShown}
          />
        ) : (
          <Alert color="orange" title="The frames cannot be read" m="md">
            {footage.fault} What was measured and recognised is shown all the same.
          </Alert>
        )}
        <PlayBar
          frame={frame}
          last={last}
          goTo={goTo}
          isPlaying={play.isPlaying}
          onPlay={play.toggle}
          rate={play.rate}
          onRate={play.setRate}
          about={began ? formatInstant(Date.parse(began) + frame * 1_000) : undefined}
        />
      </div>
      <FrameLabels timeline={exact.data} isOld={exact.isPlaceholderData} />
      <div className={styles['tracks']}>
        <QueryView query={near} what="what was measured and recognised">
          {(timeline) =>
            timeline.axis === null || (timeline.metrics.length === 0 && timeline.labels.length === 0) ? (
              <EmptyNote title="Nothing was measured or recognised here" />
            ) : (
              <Tracks
                timeline={timeline}
                title={`Along ${footage.id}`}
                frame={frame}
                onFrame={goTo}
                side={<ZoomChoice zoom={zoom} last={last} onChange={setZoom} />}
              />
            )
          }
        </QueryView>
      </div>
    </div>
  );
}

/** What the container has counts, then what the row says, then where values and labels end. */
function lastFrameOf({ container, frames }: Footage, timeline: FootageTimeline | undefined): number {
  const count = container?.frames ?? frames;
  return count === null || count === undefined ? (timeline?.last ?? 0) : Math.max(0, count - 1);
}
