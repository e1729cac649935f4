import { Button, Menu, Text } from '@mantine/core';
import { IconChevronDown, IconDownload, IconFilePlus, IconUpload } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { parse } from '../../form/json-field.js';
import { Confirm } from '../../ui/confirm.js';
import { tellFault } from '../../ui/notices.js';
import { saveFile } from '../../ui/save-file.js';
import { emptyFlow, exampleFlow } from './flow-draft.js';

export interface FlowMenuProps {
  readonly input: unknown;
  readonly isEmpty: boolean;
  onLoad(input: unknown): void;
}

/** Begins a new flow, reads one from a file, writes this one into a file. */
export function FlowMenu({ input, isEmpty, onLoad }: FlowMenuProps) {
  const file = useRef<HTMLInputElement>(null);
  const [asked, setAsked] = useState<{ readonly input: unknown }>();
  /** What would take the place of steps that somebody wrote is asked for. */
  const load = (next: unknown): void => (isEmpty ? onLoad(next) : setAsked({ input: next }));
  const read = async (chosen: File): Promise<void> => {
    const parsed = parse(await chosen.text());
    if ('problem' in parsed) throw new Error(`${chosen.name} ${parsed.problem}`);
    const found = parsed.value;
    if (found === undefined) throw new Error(`${chosen.name} is empty`);
    // A whole request, as the documentation has it, or the input alone.
    load(typeof found === 'object' && found !== null && 'input' in found ? found.input : found);
  };
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" rightSection={<IconChevronDown size={14} aria-hidden />}>
            New, import, export
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconFilePlus size={14} aria-hidden />} onClick={() => load(emptyFlow)}>
            New flow
          </Menu.Item>
          <Menu.Item leftSection={<IconFilePlus size={14} aria-hidden />} onClick={() => load(exampleFlow)}>
            Example
          </Menu.Item>
          <Menu.Item leftSection={<IconUpload size={14} aria-hidden />} onClick={() => file.current?.click()}>
            Import JSON …
          </Menu.Item>
          <Menu.Item
            leftSection={<IconDownload size={14} aria-hidden />}
            disabled={isEmpty}
            onClick={() => saveJson(input)}
          >
            Export JSON
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <input
        ref={file}
        type="file"
        accept="application/json,.json"
        hidden
        aria-label="Flow as JSON"
        onChange={(event) => {
          const [chosen] = event.currentTarget.files ?? [];
          event.currentTarget.value = '';
          if (chosen) read(chosen).catch((error: unknown) => tellFault('The flow was not read', error));
        }}
      />
      {asked && <Replace input={asked.input} onLoad={onLoad} onClose={() => setAsked(undefined)} />}
    </>
  );
}

interface ReplaceProps {
  readonly input: unknown;
  onLoad(input: unknown): void;
  onClose(): void;
}

/** Asks before the steps that are there go. */
export function Replace({ input, onLoad, onClose }: ReplaceProps) {
  return (
    <Confirm
      title="Leave the flow that is here?"
      verb="Replace it"
      onConfirm={async () => onLoad(input)}
      onClose={onClose}
    >
      <Text size="sm">Its steps go, and another flow takes its place. Export it first if you want to keep it.</Text>
    </Confirm>
  );
}

function saveJson(input: unknown): void {
  saveFile(new Blob([JSON.stringify({ input }, null, 2)], { type: 'application/json' }), 'flow.json');
}
