import { Button, Group, Modal, Stack } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { ProblemNote } from './notes.js';

export interface ConfirmProps {
  readonly title: string;
  /** What will be done, with its number, in words. */
  readonly children: ReactNode;
  /** On the button that does it: a verb. */
  readonly verb: string;
  readonly isDangerous?: boolean;
  /** It cannot be done now: the button says so. */
  readonly isDisabled?: boolean;
  /** Does it; what it throws is shown, and the dialog stays. */
  onConfirm(): Promise<void>;
  onClose(): void;
}

/** Asks before something is done that many notice. */
export function Confirm({ title, children, verb, isDangerous, isDisabled, onConfirm, onClose }: ConfirmProps) {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const confirm = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      onClose();
    } catch (caught) {
      setError(caught);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={title} centered>
      <Stack gap="md">
        <div>{children}</div>
        {error !== undefined && <ProblemNote error={error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus={isDangerous || undefined}>
            Leave it
          </Button>
          <Button
            color={isDangerous ? 'red' : undefined}
            loading={isBusy}
            disabled={isDisabled}
            onClick={() => void confirm()}
            data-autofocus={isDangerous ? undefined : true}
          >
            {verb}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
