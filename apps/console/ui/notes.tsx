import { Alert, Button, Group, Loader, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconInbox } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { ApiProblem, wordsOf } from '../client/problem.js';

/** Why something could not be read or done, with its faults, what explains it, and a way to try again. */
export function ProblemNote({
  error,
  onRetry,
}: {
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
}) {
  const problem = error instanceof ApiProblem ? error.problem : undefined;
  return (
    <Alert
      variant="light"
      color="red"
      role="alert"
      icon={<IconAlertTriangle aria-hidden />}
      title={problem?.title ?? 'That did not work'}
    >
      <Stack gap="xs">
        <Text size="sm">{wordsOf(error)}</Text>
        {error instanceof ApiProblem && error.faults.length > 1 && (
          <ul>
            {error.faults.map(({ path, message }) => (
              <li key={`${path} ${message}`}>
                <code>{path}</code> {message}
              </li>
            ))}
          </ul>
        )}
        <Group gap="sm">
          {onRetry && (
            <Button variant="default" onClick={onRetry}>
              Try again
            </Button>
          )}
          {problem && (
            <Text size="xs" component="a" href={problem.type} target="_blank">
              What this means
            </Text>
          )}
          {problem?.requestId !== undefined && <Text size="xs">Request {problem.requestId}</Text>}
        </Group>
      </Stack>
    </Alert>
  );
}

/** There is nothing: says why, and what to do. */
export function EmptyNote({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <Stack align="center" gap={6} py="xl" px="md" ta="center">
      <IconInbox size={32} stroke={1.3} aria-hidden color="var(--mantine-color-dimmed)" />
      <Text fw={600}>{title}</Text>
      {children !== undefined && (
        <Text c="dimmed" size="sm" maw={520} component="div">
          {children}
        </Text>
      )}
    </Stack>
  );
}

/** Something is being read. Shown after a moment only, so that quick answers do not flicker. */
export function LoadingNote({ what }: { readonly what: string }) {
  return (
    <Group gap="xs" py="md" justify="center" role="status" className="mr-late">
      <Loader size="xs" aria-hidden />
      <Text size="sm" c="dimmed">
        Reading {what} …
      </Text>
    </Group>
  );
}
