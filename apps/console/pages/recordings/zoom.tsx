import { SegmentedControl } from '@mantine/core';
import { useSetting } from '../../ui/use-setting.js';

/** Seconds that the timeline shows; 0: all. */
export type Zoom = 0 | 600 | 60;

const zooms: readonly { readonly value: Zoom; readonly label: string }[] = [
  { value: 0, label: 'All' },
  { value: 600, label: '10 min' },
  { value: 60, label: '1 min' },
];

/** How much of the time the viewer wants to see, of this footage and of others. */
export function useZoom(): readonly [Zoom, (zoom: Zoom) => void] {
  const [stored, setZoom] = useSetting<number>('recordings.zoom', 0);
  return [zooms.find(({ value }) => value === stored)?.value ?? 0, setZoom];
}

/** The part of the time that has the frame; it turns like a page, so that it stands still while one plays through it. */
export function windowOf(
  zoom: Zoom,
  frame: number,
  last: number,
): { readonly from: number; readonly to: number } | undefined {
  if (zoom === 0 || zoom >= last) return undefined;
  const from = Math.floor(frame / zoom) * zoom;
  return { from, to: Math.min(last, from + zoom - 1) };
}

/** How much of the time is shown; nothing where there is no more than the shortest part. */
export function ZoomChoice({
  zoom,
  last,
  onChange,
}: {
  readonly zoom: Zoom;
  readonly last: number;
  onChange(zoom: Zoom): void;
}) {
  const fitting = zooms.filter(({ value }) => value < last);
  if (fitting.length < 2) return null;
  return (
    <SegmentedControl
      size="xs"
      aria-label="Time that is shown"
      data={fitting.map(({ value, label }) => ({ value: String(value), label }))}
      // A footage that is shorter than the part is shown as a whole.
      value={String(zoom < last ? zoom : 0)}
      onChange={(next) => onChange(zooms.find(({ value }) => String(value) === next)?.value ?? 0)}
    />
  );
}
