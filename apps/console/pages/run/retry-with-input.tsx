import { Anchor, Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { call } from '../../client/call.js';
import { ApiProblem } from '../../client/problem.js';
import { faultsBelow, faultsThatHold } from '../../form/fault.js';
import { type RunDetail, retryRun } from '../../generated/api.js';
import { ProblemNote } from '../../ui/notes.js';
import { tellDone } from '../../ui/notices.js';
import { lineOf, offsetOf, parseJson } from './json-offset.js';

/** A fault of the input, and where in the text it is. */
interface Fault {
  readonly message: string;
  readonly offset: number;
}

/** Records a new run of the same task with an input that is edited here. What was typed is kept until it has been sent. */
export function RetryWithInput({ run, onClose }: { readonly run: RunDetail; onClose(): void }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const key = `millrace.input.${run.id}`;
  const original = JSON.stringify(run.input, null, 2);
  const [text, setText] = useState(() => readKept(key) ?? original);
  const area = useRef<HTMLTextAreaElement>(null);
  const parsed = parseJson(text);
  const send = useMutation({
    mutationFn: (input: unknown) => call(retryRun({ id: run.id, body: { input } })),
    onSuccess: ({ run: made }) => {
      keep(key, undefined);
      tellDone('A new run was recorded');
      void queries.invalidateQueries({ queryKey: ['runs'] });
      onClose();
      void navigate({ to: '/runs/$id', params: { id: made.id } });
    },
  });
  const refused = send.error instanceof ApiProblem ? faultsBelow(send.error.faults, '/input') : [];
  const faults: readonly Fault[] =
    'fault' in parsed
      ? [parsed.fault]
      : faultsThatHold(refused, send.variables, parsed.value).map(({ path, message }) => ({
          message: `${path || 'the input'} ${message}`,
          offset: offsetOf(text, path),
        }));
  const type = (typed: string): void => {
    setText(typed);
    keep(key, typed === original ? undefined : typed);
  };
  const goTo = (offset: number): void => {
    area.current?.focus();
    area.current?.setSelectionRange(offset, offset);
    const line = lineOf(text, offset);
    if (area.current) area.current.scrollTop = Math.max(0, (line - 4) * 18);
  };
  return (
    <Modal opened onClose={onClose} title={`Run ${run.task} with another input`} centered size="xl">
      <Stack gap="sm">
        <Text size="sm">
          A new run of the same task, with the same labels and terms, that says which run it repeats. This one stays as
          it is.
        </Text>
        <Textarea
          ref={area}
          label="Input (JSON)"
          value={text}
          onChange={(event) => type(event.currentTarget.value)}
          autosize
          minRows={8}
          maxRows={22}
          spellCheck={false}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12, lineHeight: '18px' } }}
          aria-invalid={faults.length > 0}
          error={
            faults.length > 0 && (
              <ul style={{ margin: 0, paddingLeft: 16 }}>
                {faults.map(({ message, offset }) => (
                  <li key={`${offset} ${message}`}>
                    <Anchor component="button" type="button" size="xs" onClick={() => goTo(offset)}>
                      line {lineOf(text, offset)}
                    </Anchor>
                    : {message}
                  </li>
                ))}
              </ul>
            )
          }
          data-autofocus
        />
        {send.error && refused.length === 0 && <ProblemNote error={send.error} />}
        <Group justify="space-between">
          <Button variant="subtle" color="gray" disabled={text === original} onClick={() => type(original)}>
            As it was
          </Button>
          <Group gap="xs">
            <Button variant="default" onClick={onClose}>
              Close
            </Button>
            <Button
              disabled={'fault' in parsed}
              loading={send.isPending}
              onClick={() => 'value' in parsed && send.mutate(parsed.value)}
            >
              Run it
            </Button>
          </Group>
        </Group>
      </Stack>
    </Modal>
  );
}

function readKept(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(key: string, text: string | undefined): void {
  try {
    if (text === undefined) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, text);
  } catch {
    // The browser keeps nothing (a private window, or no room): then it holds until the dialog is closed.
  }
}
