import { useEffect } from 'react';

export interface FrameKeys {
  readonly frame: number;
  readonly last: number;
  goTo(frame: number): void;
  onPlay(): void;
}

/** Parts of a page that use these keys themselves. */
const takesArrows =
  'input, select, textarea, [role=tab], [role=radio], [role=menuitem], [role=option], [contenteditable]';
const takesSpace = `${takesArrows}, button, a, summary`;

/** Arrows go to the frame before and after (with Shift by ten), Home and End to the first and the last, space plays. */
export function useFrameKeys({ frame, last, goTo, onPlay }: FrameKeys): void {
  useEffect(() => {
    const look = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
      const target = event.target instanceof Element ? event.target : document.body;
      const step = event.shiftKey ? 10 : 1;
      const ways: Readonly<Record<string, () => void>> = {
        ArrowLeft: () => goTo(frame - step),
        ArrowRight: () => goTo(frame + step),
        Home: () => goTo(0),
        End: () => goTo(last),
        ' ': onPlay,
      };
      const way = ways[event.key];
      if (!way || target.closest(event.key === ' ' ? takesSpace : takesArrows)) return;
      event.preventDefault();
      way();
    };
    window.addEventListener('keydown', look);
    return () => window.removeEventListener('keydown', look);
  }, [frame, last, goTo, onPlay]);
}
