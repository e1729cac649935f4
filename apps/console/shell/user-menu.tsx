import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconLogout, IconUserCircle } from '@tabler/icons-react';
import { call } from '../client/call.js';
import { useSession } from '../client/session.js';
import { endSession } from '../generated/api.js';
import { tellFault } from '../ui/notices.js';

/** Who one is, and signing out, which ends the session for every copy of its cookie. */
export function UserMenu() {
  const { data: session } = useSession();
  const [isOpen, { open, close }] = useDisclosure(false);
  if (session?.kind !== 'session') return null;
  const words = session.user === null ? 'Signed in with the API token' : `Signed in as ${session.user}`;
  const signOut = async (): Promise<void> => {
    try {
      await call(endSession());
      location.assign('/login');
    } catch (error) {
      tellFault('You are still signed in', error);
    }
  };
  return (
    <Menu position="bottom-end" opened={isOpen} onOpen={open} onClose={close}>
      <Menu.Target>
        <Tooltip label={words} disabled={isOpen}>
          <ActionIcon variant="subtle" color="gray" aria-label={words}>
            <IconUserCircle size={20} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{words}</Menu.Label>
        <Menu.Item leftSection={<IconLogout size={15} aria-hidden />} onClick={() => void signOut()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
