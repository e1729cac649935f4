import { Tooltip } from '@mantine/core';
import { cloneElement, type ReactElement, useEffect, useState } from 'react';
import { type ShownTip, watchTips } from './watch-tips.js';

export interface TipProps {
  readonly label: string;
  readonly children: ReactElement<{ 'data-tip'?: string }>;
}

/**
 * Words about an element, shown while the pointer rests on it, and at a touch where that does nothing else. What is in each row of a table
 * has them by this: a Tooltip of its own for each took a third of the time in which a list was drawn. It is Mantine's all the same, one
 * for the whole page (`Tips`). For an element that can be disabled take Mantine's.
 */
export const Tip = ({ label, children }: TipProps) => cloneElement(children, { 'data-tip': label });

/** Shows the words of each Tip of the page. */
export function Tips() {
  const [shown, setShown] = useState<ShownTip>();
  useEffect(() => watchTips(setShown), []);
  return shown && <Tooltip opened label={shown.label} target={shown.element} />;
}
