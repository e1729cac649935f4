import { useCallback, useEffect, useState } from 'react';
import { useSetting } from '../../ui/use-setting.js';

/** Frames a second. */
export const rates = [1, 2, 5, 10] as const;

/**
 * Goes from frame to frame. The next one comes when the one before has been shown for its time, not by the clock alone, so that
 * slow containers play slowly instead of showing nothing. It stops when nobody can see the page.
 * @param hasFrames whether frames are shown; without them it goes by the clock
 */
export function usePlay(frame: number, last: number, goTo: (frame: number) => void, hasFrames: boolean) {
  const [isPlaying, setPlaying] = useState(false);
  const [rate, setRate] = useSetting<number>('recordings.rate', 2);
  const [shown, setShown] = useState<number>();
  const isAtEnd = frame >= last;
  useEffect(() => {
    if (!isPlaying || (hasFrames && shown !== frame)) return;
    if (isAtEnd) {
      setPlaying(false);
      return;
    }
    const timer = setTimeout(() => goTo(frame + 1), 1_000 / rate);
    return () => clearTimeout(timer);
  }, [isPlaying, hasFrames, shown, frame, isAtEnd, rate, goTo]);
  useEffect(() => {
    const look = (): void => {
      if (document.visibilityState === 'hidden') setPlaying(false);
    };
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  const toggle = useCallback(() => {
    if (!isPlaying && isAtEnd) goTo(0);
    setPlaying(!isPlaying);
  }, [isPlaying, isAtEnd, goTo]);
  return { isPlaying, toggle, rate, setRate, onShown: setShown };
}
