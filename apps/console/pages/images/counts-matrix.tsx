import { useId } from 'react';
import { formatCount } from '../../ui/format.js';
import styles from './compare.module.css';
import { type ComparisonSummary, sideWords } from './comparison-summary.js';

export interface CountsMatrixProps {
  readonly summary: ComparisonSummary;
  readonly chosen: { readonly a?: number | undefined; readonly b?: number | undefined };
  /** Called with a pair of counts; with none to take the choice away. */
  onChoose(pair: { readonly a: number; readonly b: number } | undefined): void;
}

/** How often one number of faces became another: pictures by the faces that a found and those that b found. */
export function CountsMatrix({ summary: { a, b, counts }, chosen, onChoose }: CountsMatrixProps) {
  const axes = useId();
  const rows = [...new Set(counts.map((pair) => pair.a))].sort((x, y) => x - y);
  const columns = [...new Set(counts.map((pair) => pair.b))].sort((x, y) => x - y);
  const byPair = new Map(counts.map((pair) => [`${pair.a} ${pair.b}`, pair.pictures]));
  const most = Math.max(1, ...counts.map(({ pictures }) => pictures));
  return (
    <>
      <p className={styles['axes']} id={axes}>
        Down: faces that <b>a</b> found ({sideWords(a)}). Across: faces that <b>b</b> found ({sideWords(b)}).
      </p>
      <div className={styles['scroll']}>
        <table className={styles['matrix']} aria-labelledby={axes}>
          <thead>
            <tr>
              <th scope="col">a ↓ b →</th>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row}>
                <th scope="row">{row}</th>
                {columns.map((column) => {
                  const pictures = byPair.get(`${row} ${column}`);
                  if (pictures === undefined) return <td key={column} />;
                  const isSame = row === column;
                  const isChosen = chosen.a === row && chosen.b === column;
                  // No deeper, so that the count can be read on it in the dark as well.
                  const depth = Math.round(8 + 22 * Math.sqrt(pictures / most));
                  return (
                    <td key={column}>
                      <button
                        type="button"
                        className={styles['cell']}
                        style={{
                          background: `color-mix(in srgb, ${isSame ? 'var(--mr-good)' : 'var(--mr-warn)'} ${depth}%, var(--mr-surface))`,
                        }}
                        aria-pressed={isChosen}
                        aria-label={`${formatCount(pictures)} pictures with ${row} faces in a and ${column} in b`}
                        onClick={() => onChoose(isChosen ? undefined : { a: row, b: column })}
                      >
                        {formatCount(pictures)}
                      </button>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
