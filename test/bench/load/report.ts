import type { ProcessFigures, RoleFigures } from '../process-figures.js';
import type { Way } from './options.js';

/** What one way of loading took in one round. */
export interface WayResult {
  readonly way: Way;
  /** The way in words. */
  readonly what: string;
  readonly files: number;
  readonly rows: number;
  readonly seconds: number;
  readonly figures: ProcessFigures;
  /** Further facts, a line each. */
  readonly notes: readonly string[];
}

/** Rows per second. */
export function rateOf({ rows, seconds }: Pick<WayResult, 'rows' | 'seconds'>): number {
  return rows / seconds;
}

/** Of several rounds the one in the middle by speed, per way. */
export function mediansOf(results: readonly WayResult[]): WayResult[] {
  return (['a', 'b', 'c'] as const).flatMap((way) => {
    const rounds = results.filter((result) => result.way === way).sort((x, y) => rateOf(x) - rateOf(y));
    return rounds[rounds.length >> 1] ?? [];
  });
}

/** The tables of a bench as text. */
export function renderReport(results: readonly WayResult[]): string {
  const medians = mediansOf(results);
  const ours = medians.find(({ way }) => way === 'b');
  const lines = [
    table(
      ['way', 'what', 'files', 'rows', 'seconds', 'rows/s', 'b is'],
      medians.map((result) => [
        result.way,
        result.what,
        whole(result.files),
        whole(result.rows),
        result.seconds.toFixed(2),
        whole(rateOf(result)),
        ours && result.way !== 'b' ? `${(rateOf(ours) / rateOf(result)).toFixed(2)} × ${result.way}` : '',
      ]),
    ),
  ];
  for (const result of medians) {
    lines.push(
      '',
      `${result.way}: ${result.what}`,
      renderProcesses(result),
      ...result.notes.map((note) => `  ${note}`),
    );
  }
  const rounds = results.filter(({ way }) => way === medians[0]?.way).length;
  if (rounds > 1) {
    lines.push('', `rows/s of all ${rounds} rounds`);
    for (const { way } of medians) {
      const rates = results.filter((result) => result.way === way).map((result) => whole(rateOf(result)));
      lines.push(`  ${way}: ${rates.join('  ')}`);
    }
  }
  return lines.join('\n');
}

/** CPU and memory by role; the last line is all of them together. */
export function renderProcesses(
  { figures, rows, seconds }: Pick<WayResult, 'figures' | 'rows' | 'seconds'>,
  unit: 'row' | 'image' = 'row',
): string {
  const [many, of] = unit === 'row' ? [1e6, 'CPU s per 1 M rows'] : [1e3, 'CPU ms per image'];
  const cpu = (used: number): string[] => [
    used.toFixed(2),
    ((used / rows) * many).toFixed(2),
    `${((used / seconds) * 100).toFixed(0)} %`,
  ];
  return table(
    ['process', 'number', 'CPU s', of, 'of a core', 'peak MB', 'private MB'],
    [
      ...figures.roles
        .filter(matters)
        .map(({ role, processes, cpuSeconds, peakBytes, privatePeakBytes }) => [
          role,
          String(processes),
          ...cpu(cpuSeconds),
          megabytes(peakBytes),
          megabytes(privatePeakBytes),
        ]),
      ['all', '', ...cpu(figures.cpuSeconds), '', megabytes(figures.privatePeakBytes)],
    ],
  );
}

/** Leaves out what only waits, of which PostgreSQL has a few. */
function matters({ role, cpuSeconds }: RoleFigures): boolean {
  return cpuSeconds >= 0.02 || !role.startsWith('postgres ');
}

/** Columns as wide as they need; numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const isText = head.map((_, column) => rows.some((row) => /^[^\d-]/.test(row[column] ?? '')));
  return all
    .map((row) =>
      row
        .map((cell, column) => (isText[column] ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `  ${line}`)
    .join('\n');
}

/** A whole number with thousands apart. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function megabytes(bytes: number): string {
  return bytes === 0 ? '' : whole(bytes / 1e6);
}
