import { Table } from '@mantine/core';
import type { Face } from '../../generated/api.js';
import styles from './image-page.module.css';
import { pointsOf } from './landmarks.js';

export interface FacesTableProps {
  readonly faces: readonly Face[];
  /** Called with the face that is pointed at, or has the focus. */
  onChoose(ordinal: number | undefined): void;
}

/** The faces of an image, by their scores. */
export function FacesTable({ faces, onChoose }: FacesTableProps) {
  if (faces.length === 0) return <p className={styles['none']}>No face was found in it.</p>;
  return (
    <div className={styles['faces']}>
      <Table highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Face</Table.Th>
            <Table.Th ta="right" title="How likely it is a face, 0 to 1">
              Score
            </Table.Th>
            <Table.Th ta="right">Place</Table.Th>
            <Table.Th ta="right">Size</Table.Th>
            <Table.Th>Landmarks</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {faces.map(({ ordinal, score, x, y, width, height, landmarks }, index) => (
            <Table.Tr
              key={ordinal}
              // What can be pointed at can be reached by the keyboard.
              tabIndex={0}
              onPointerEnter={() => onChoose(index)}
              onPointerLeave={() => onChoose(undefined)}
              onFocus={() => onChoose(index)}
              onBlur={() => onChoose(undefined)}
            >
              <Table.Td>{ordinal}</Table.Td>
              <Table.Td ta="right">{score.toFixed(3)}</Table.Td>
              <Table.Td ta="right" className={styles['line'] ?? ''}>
                {Math.round(x)}, {Math.round(y)}
              </Table.Td>
              <Table.Td ta="right" className={styles['line'] ?? ''}>
                {Math.round(width)} × {Math.round(height)}
              </Table.Td>
              <Table.Td className={styles['points'] ?? ''}>
                {pointsOf(landmarks)
                  .map(([name, [left, top]]) => `${name} ${Math.round(left)}, ${Math.round(top)}`)
                  .join(' · ')}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
