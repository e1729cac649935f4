import { Button, Menu } from '@mantine/core';
import { IconChevronDown, IconDownload } from '@tabler/icons-react';
import type { DatasetDetail } from '../../generated/api.js';
import { withParameters } from './row-filters.js';

const formats = [
  { format: 'csv', label: 'CSV' },
  { format: 'xlsx', label: 'XLSX, for spreadsheets' },
  { format: 'ndjson', label: 'NDJSON, an object per line' },
  { format: 'parquet', label: 'Parquet' },
] as const;

export interface DownloadMenuProps {
  readonly links: DatasetDetail['links'];
  readonly filters: ReadonlyMap<string, string>;
}

/** Exactly the rows that the filters leave, as a file. */
export function DownloadMenu({ links, filters }: DownloadMenuProps) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<IconDownload size={15} aria-hidden />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          Download
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{filters.size === 0 ? 'All rows' : 'The rows that the filters leave'}</Menu.Label>
        {formats.map(({ format, label }) => (
          <Menu.Item key={format} component="a" href={withParameters(links[format], filters)} download>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
