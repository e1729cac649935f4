import { Alert, Anchor, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { Fault } from '../../form/fault.js';
import type { PlacedStep } from './flow.js';
import styles from './flows-page.module.css';

export interface FlowFaultsListProps {
  readonly faults: readonly Fault[];
  readonly steps: readonly PlacedStep[];
  onChoose(at: string): void;
}

/** All that the server found wrong, each leading to its step. */
export function FlowFaultsList({ faults, steps, onChoose }: FlowFaultsListProps) {
  return (
    <Alert
      color="red"
      variant="light"
      role="alert"
      icon={<IconAlertTriangle aria-hidden />}
      title={
        faults.length === 1 ? 'One thing is wrong with the flow' : `${faults.length} things are wrong with the flow`
      }
    >
      <ul className={styles['faults']}>
        {faults.map(({ path, message }) => {
          const placed = steps.findLast(({ at }) => path === at || path.startsWith(`${at}/`));
          const rest = placed ? path.slice(placed.at.length) : path;
          return (
            <li key={`${path} ${message}`}>
              {placed ? (
                <Anchor component="button" type="button" size="sm" onClick={() => onChoose(placed.at)}>
                  {placed.key || placed.at}
                </Anchor>
              ) : (
                'The flow'
              )}{' '}
              <Text span size="sm">
                {rest !== '' && <code>{rest}</code>} {message}
              </Text>
            </li>
          );
        })}
      </ul>
    </Alert>
  );
}
