import { useDebouncedCallback } from '@mantine/hooks';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTexts } from '../../shell/use-texts.js';

/** So long a frame has to be shown before the address names it: a browser refuses addresses that change all the time. */
const restMs = 300;

/** The frame that is shown, from 0 to `last`; it stands in the address, and follows it when one goes back. */
export function useFrame(last: number): readonly [number, (frame: number) => void] {
  const [texts, setTexts] = useTexts();
  const named = Number(texts['frame'] ?? 0);
  const inAddress = within(Number.isInteger(named) ? named : 0, last);
  const [frame, setFrame] = useState(inAddress);
  const written = useRef(inAddress);
  useEffect(() => {
    if (inAddress === written.current) return;
    written.current = inAddress;
    setFrame(inAddress);
  }, [inAddress]);
  const write = useDebouncedCallback((next: number) => {
    written.current = next;
    setTexts({ frame: next === 0 ? undefined : String(next) }, 'replace');
  }, restMs);
  const goTo = useCallback(
    (next: number): void => {
      const at = within(next, last);
      setFrame(at);
      write(at);
    },
    [last, write],
  );
  return [frame, goTo];
}

const within = (frame: number, last: number): number => Math.min(Math.max(0, Math.round(frame)), Math.max(0, last));
