import type { NotificationData, NotificationsProps } from '@mantine/notifications';
import { lazy, type ReactNode, Suspense, useSyncExternalStore } from 'react';
import { wordsOf } from '../client/problem.js';

const common = { closeButtonProps: { 'aria-label': 'Close this note' } };

/** Says in a corner of the page that something was done, and where it leads, long enough to go there. */
export const tellDone = (message: ReactNode): void =>
  tell({ ...common, message, color: 'teal', role: 'status', autoClose: typeof message === 'string' ? 4_000 : 10_000 });

/** Says in a corner of the page why something was not done. It stays until somebody takes it away. */
export const tellFault = (title: string, error: unknown): void =>
  tell({ ...common, title, message: wordsOf(error), color: 'red', autoClose: false, role: 'alert' });

/** What shows notes is loaded with the first of them: most visits see none. */
const load = () => import('@mantine/notifications');
const Notifications = lazy(async () => ({ default: (await load()).Notifications }));

let isWanted = false;
let onWanted = (): void => {};

function tell(note: NotificationData): void {
  isWanted = true;
  onWanted();
  void load().then(({ notifications }) => notifications.show(note));
}

const listen = (onChange: () => void): (() => void) => {
  onWanted = onChange;
  return () => {
    onWanted = () => {};
  };
};

/** The corner in which notes are shown. */
export function Notices(props: NotificationsProps) {
  return useSyncExternalStore(listen, () => isWanted) ? (
    <Suspense fallback={null}>
      <Notifications {...props} />
    </Suspense>
  ) : null;
}
