import { Text } from '@mantine/core';
import { Tip } from '../../ui/tip.js';
import styles from './error-line.module.css';
import { messageOf, nameOf } from './run-error.js';

/** An error in one line of a table; more of it where one points. */
export function ErrorLine({ error }: { readonly error: unknown }) {
  const message = messageOf(error);
  if (message === undefined) return null;
  const name = nameOf(error);
  return (
    <Tip label={message.slice(0, 600)}>
      <Text size="sm" lineClamp={1} className={styles['error']} span>
        {name !== undefined && name !== 'Error' && <b>{name}: </b>}
        {message.split('\n')[0]}
      </Text>
    </Tip>
  );
}
