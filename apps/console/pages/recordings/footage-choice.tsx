import { Group, SegmentedControl, Select } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import type { Footage } from '../../generated/api.js';
import { tellFault } from '../../ui/notices.js';
import { RecordingLink } from './links.js';
import styles from './recordings.module.css';
import { recordingQuery, useRecording } from './use-recordings.js';

export interface FootageChoiceProps {
  readonly footage: Footage;
  readonly recordings: readonly string[];
  onFootage(footage: string, keepFrame: boolean): void;
}

/** Which recording, and which of its cameras; another camera shows the same second. */
export function FootageChoice({ footage, recordings, onFootage }: FootageChoiceProps) {
  const queries = useQueryClient();
  const { recording } = footage;
  const footages = useRecording(recording).data?.footages ?? [];
  const goTo = async (id: string): Promise<void> => {
    const found = await queries.fetchQuery(recordingQuery(id));
    const next = found.footages.find(({ footageType }) => footageType === footage.footageType) ?? found.footages[0];
    if (next) onFootage(next.id, false);
    else tellFault('There is nothing to show', new Error(`The recording ${id} has no footage.`));
  };
  return (
    <Group gap="xs" className={styles['choice']}>
      <Select
        size="xs"
        w={220}
        aria-label="Recording"
        data={recordings.includes(recording) ? [...recordings] : [recording, ...recordings]}
        value={recording}
        searchable
        allowDeselect={false}
        limit={200}
        onChange={(id) => {
          if (id !== null && id !== recording)
            goTo(id).catch((error: unknown) => tellFault('The recording was not read', error));
        }}
      />
      {footages.length > 1 && footages.length <= 6 && (
        <SegmentedControl
          size="xs"
          aria-label="Camera"
          data={footages.map(({ id, footageType }) => ({ value: id, label: footageType }))}
          value={footage.id}
          onChange={(id) => onFootage(id, true)}
        />
      )}
      {footages.length > 6 && (
        <Select
          size="xs"
          w={220}
          aria-label="Footage"
          data={footages.map(({ id, footageType }) => ({ value: id, label: `${footageType} (${id})` }))}
          value={footage.id}
          searchable
          allowDeselect={false}
          onChange={(id) => id !== null && onFootage(id, true)}
        />
      )}
      <span className={styles['about']}>
        All of <RecordingLink id={recording} />
      </span>
    </Group>
  );
}
