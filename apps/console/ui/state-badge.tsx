import styles from './state-badge.module.css';
import { lookOf, type StateKind } from './states.js';
import { Tip } from './tip.js';

/** A state with its sign, its word and its colour. */
export function StateBadge({ kind, state }: { readonly kind: StateKind; readonly state: string }) {
  const { colour, Icon, meaning } = lookOf(kind, state);
  const badge = (
    <span className={styles['badge']} style={{ color: colour }} data-state={state}>
      <Icon size={14} stroke={2} aria-hidden />
      {state}
    </span>
  );
  return meaning === '' ? badge : <Tip label={meaning}>{badge}</Tip>;
}
