import { ActionIcon, Menu, Table } from '@mantine/core';
import { IconChartBar, IconDots, IconPhoto, IconTable, IconVectorBezier } from '@tabler/icons-react';
import { ParentSize } from '@visx/responsive';
import { type ReactNode, useRef, useState } from 'react';
import { tellFault } from '../ui/notices.js';
import styles from './chart.module.css';
import { savePng, saveSvg } from './save.js';

/** The numbers of a chart as a table: what people who do not see the chart read, and others copy. */
export interface ChartTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

export interface LegendEntry {
  readonly label: string;
  readonly colour: string;
  readonly note?: string;
}

export interface ChartProps {
  readonly title: string;
  /** What it says, in a sentence: read out instead of the drawing. */
  readonly summary: string;
  readonly height?: number;
  readonly legend?: readonly LegendEntry[];
  readonly table: ChartTable;
  /** Draws; the children of an `svg` of this size in pixels. */
  readonly children: (size: { readonly width: number; readonly height: number }) => ReactNode;
}

/** What stands around every chart: title, legend, its numbers as a table, saving as PNG and SVG. */
export function Chart({ title, summary, height = 200, legend = [], table, children }: ChartProps) {
  const frame = useRef<HTMLElement>(null);
  const [asTable, setAsTable] = useState(false);
  const drawing = (): SVGSVGElement | undefined =>
    frame.current?.querySelector<SVGSVGElement>('svg[role=img]') ?? undefined;
  const name = title.toLowerCase().replaceAll(/[^\w]+/g, '-');
  const saveAsPng = (): void => {
    const svg = drawing();
    if (svg) savePng(svg, name).catch((error: unknown) => tellFault('The chart was not saved', error));
  };
  const saveAsSvg = (): void => {
    const svg = drawing();
    if (svg) saveSvg(svg, name);
  };
  return (
    <section className={styles['chart']} ref={frame} aria-label={title}>
      <div className={styles['head']}>
        <h3 className={styles['title']}>{title}</h3>
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`${title}: save, or show as a table`}>
              <IconDots size={16} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item
              leftSection={asTable ? <IconChartBar size={15} aria-hidden /> : <IconTable size={15} aria-hidden />}
              onClick={() => setAsTable(!asTable)}
            >
              {asTable ? 'Show as a chart' : 'Show as a table'}
            </Menu.Item>
            <Menu.Item leftSection={<IconPhoto size={15} aria-hidden />} onClick={saveAsPng} disabled={asTable}>
              Save as PNG
            </Menu.Item>
            <Menu.Item leftSection={<IconVectorBezier size={15} aria-hidden />} onClick={saveAsSvg} disabled={asTable}>
              Save as SVG
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </div>
      {legend.length > 0 && (
        <ul className={styles['legend']}>
          {legend.map(({ label, colour, note }) => (
            <li key={label}>
              <span className={styles['swatch']} style={{ background: colour }} aria-hidden />
              {label}
              {note !== undefined && <span className="dim">{note}</span>}
            </li>
          ))}
        </ul>
      )}
      {asTable ? (
        <NumbersTable title={title} table={table} />
      ) : (
        <div style={{ height }}>
          <ParentSize debounceTime={50}>
            {({ width }) =>
              width > 0 && (
                <svg role="img" aria-label={summary} width={width} height={height} className={styles['drawing']}>
                  {children({ width, height })}
                </svg>
              )
            }
          </ParentSize>
        </div>
      )}
    </section>
  );
}

function NumbersTable({ title, table: { head, rows } }: { readonly title: string; readonly table: ChartTable }) {
  return (
    // A region that scrolls has to be reached by the keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <section className={styles['numbers']} tabIndex={0} aria-label={`${title} as a table`}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            {head.map((each) => (
              <Table.Th key={each}>{each}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row, number) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows may be called the same, as the hour that a clock is put back
            <Table.Tr key={number}>
              {row.map((value, index) => (
                <Table.Td key={head[index]}>{value}</Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}
