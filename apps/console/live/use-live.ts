import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Live, LiveState } from './live.js';

export const LiveContext = createContext<Live | undefined>(undefined);

/** Whether changes reach the page now. */
export function useLiveState(): LiveState {
  const live = useContext(LiveContext);
  if (!live) throw new Error('expected a Live above this component, found none');
  return useSyncExternalStore(live.subscribe, () => live.state);
}
