import type { FootageTimeline } from '../../generated/api.js';
import { formatRate, formatShare } from '../../ui/format.js';
import styles from './viewer.module.css';

/** What was measured in the frame's second and recognised on it. */
export function FrameLabels({
  timeline,
  isOld,
}: {
  readonly timeline: FootageTimeline | undefined;
  /** It is of the frame before. */
  readonly isOld: boolean;
}) {
  const metrics = timeline?.metrics ?? [];
  const labels = (timeline?.labels ?? []).filter(({ counts }) => (counts[0] ?? 0) > 0);
  return (
    <aside className={styles['now']} aria-label="This frame" data-old={isOld || undefined}>
      <h3>Measured</h3>
      <dl>
        {metrics.map(({ metric, mean }) => (
          <div key={metric}>
            <dt>{metric}</dt>
            <dd>{mean[0] === null || mean[0] === undefined ? '–' : formatRate(mean[0])}</dd>
          </div>
        ))}
      </dl>
      {metrics.length === 0 && <p className="dim">nothing</p>}
      <h3>Recognised</h3>
      <dl>
        {labels.map(({ label, certainty }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              <meter min={0} max={1} value={certainty[0] ?? 0} aria-hidden />
              {formatShare(certainty[0] ?? 0)}
            </dd>
          </div>
        ))}
      </dl>
      {labels.length === 0 && <p className="dim">nothing on this frame</p>}
    </aside>
  );
}
