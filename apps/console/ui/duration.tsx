import { formatDuration } from './format.js';
import { useSeconds } from './use-now.js';

export interface DurationProps {
  readonly startedAt: string | null;
  /** Null: it is under way, and the time counts up. */
  readonly endedAt: string | null;
}

/** How long something took, or has taken so far. */
export function Duration({ startedAt, endedAt }: DurationProps) {
  if (startedAt === null) return <span className="dim">–</span>;
  if (endedAt === null) return <Counting since={Date.parse(startedAt)} />;
  return formatDuration(Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)));
}

function Counting({ since }: { readonly since: number }) {
  const now = useSeconds();
  return <span title="under way">{formatDuration(Math.floor(Math.max(0, now - since) / 1_000) * 1_000)} …</span>;
}
