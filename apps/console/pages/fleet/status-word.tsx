import { IconAlertTriangle, IconCircleDot, IconParking, IconSteeringWheel, IconTool } from '@tabler/icons-react';
import { colourOf } from '../../charts/colours.js';
import styles from './fleet.module.css';

/** Statuses are no closed set: these are known, others get a colour of their own. */
const looks: Readonly<Record<string, { readonly colour: string; readonly Icon: typeof IconCircleDot }>> = {
  accident: { colour: 'var(--mr-bad)', Icon: IconAlertTriangle },
  driving: { colour: 'var(--mr-good)', Icon: IconSteeringWheel },
  parking: { colour: 'var(--mr-busy)', Icon: IconParking },
  maintenance: { colour: 'var(--mr-warn)', Icon: IconTool },
};

/** The colour of a status in charts. */
export const statusColour = (status: string): string =>
  looks[status]?.colour ??
  colourOf(
    status,
    [...status].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0),
  );

/** A vehicle's status with its sign. */
export function StatusWord({ status }: { readonly status: string | null }) {
  if (status === null) return <span className="dim">never reported</span>;
  const { colour, Icon } = looks[status] ?? { colour: 'var(--mr-quiet)', Icon: IconCircleDot };
  return (
    <span className={styles['status']} style={{ color: colour }}>
      <Icon size={15} stroke={1.9} aria-hidden />
      {status}
    </span>
  );
}
