import { notifications } from '@mantine/notifications';
import { wordsOf } from '../client/problem.js';

const common = { closeButtonProps: { 'aria-label': 'Close this note' } };

/** Says in a corner of the page that something was done. */
export const tellDone = (message: string): void =>
  void notifications.show({ ...common, message, color: 'teal', role: 'status' });

/** Says in a corner of the page why something was not done. It stays until somebody takes it away. */
export const tellFault = (title: string, error: unknown): void =>
  void notifications.show({ ...common, title, message: wordsOf(error), color: 'red', autoClose: false, role: 'alert' });
