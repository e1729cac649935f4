import type { ReactNode } from 'react';
import styles from './dataset.module.css';

/** The ground of a chart, which has its own title. */
export function ChartPanel({ children }: { readonly children: ReactNode }) {
  return <div className={styles['panel']}>{children}</div>;
}
