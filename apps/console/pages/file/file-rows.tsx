import { Button, Group, NativeSelect, NumberInput, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { FileDetail } from '../../generated/api.js';
import { useTexts } from '../../shell/use-texts.js';
import { countOf } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import { RowOriginDialog } from '../../ui/row-origin.js';

/** The rows of a file, and the way from one of them back through its run to the worker. */
export function FileRows({ file: { id, datasets } }: { readonly file: FileDetail }) {
  const [texts, setTexts] = useTexts();
  const [chosen, setChosen] = useState(texts['dataset']);
  // A file that is loaded while one looks at it has its datasets later than the page.
  const dataset = datasets.find(({ name }) => name === chosen)?.name ?? datasets[0]?.name ?? '';
  const [ordinal, setOrdinal] = useState<string | number>(texts['ordinal'] ?? 0);
  const open = readOrdinal(texts['ordinal']);
  if (datasets.length === 0) return <Text c="dimmed">No dataset has rows of this file.</Text>;
  return (
    <Stack gap="sm">
      {datasets.map(({ name, rows }) => (
        <Group key={name} justify="space-between" gap="xs">
          <PageLink to="/datasets/$name" params={{ name }} search={{ fileId: id }}>
            {countOf(rows, 'row')} of {name}
          </PageLink>
        </Group>
      ))}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setTexts({ dataset, ordinal: String(ordinal) });
        }}
      >
        <Group align="flex-end" gap="xs">
          {datasets.length > 1 && (
            <NativeSelect
              label="Dataset"
              size="xs"
              data={datasets.map(({ name }) => name)}
              value={dataset}
              onChange={(event) => setChosen(event.currentTarget.value)}
            />
          )}
          <NumberInput
            label="Which row? The first is 0"
            size="xs"
            min={0}
            allowDecimal={false}
            value={ordinal}
            onChange={setOrdinal}
            w={200}
          />
          <Button type="submit" variant="default" size="xs" disabled={readOrdinal(String(ordinal)) === undefined}>
            Why is it here?
          </Button>
        </Group>
      </form>
      {open !== undefined && (
        <RowOriginDialog
          dataset={texts['dataset'] ?? dataset}
          fileId={id}
          ordinal={open}
          onClose={() => setTexts({ dataset: undefined, ordinal: undefined })}
        />
      )}
    </Stack>
  );
}

const readOrdinal = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
