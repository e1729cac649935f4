import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** An image and the number of faces that people counted in it. */
export interface Photo {
  readonly path: string;
  readonly faces: number;
  /** Copies of one photo share it, so that they are never parted in cross-validation. */
  readonly source: string;
  /** True where the count depends on what one calls a face. */
  readonly doubt: boolean;
}

/**
 * Reads a CSV file whose first line names the columns `file` and `faces` (or `heads`), and, when there, `doubt` (0 or
 * 1). The files lie in `folder`. No cell holds a line break; a comma only in columns that are not read and come after
 * these.
 */
export async function readPhotos(folder: string, truth: string): Promise<Photo[]> {
  const [head = '', ...lines] = (await readFile(truth, 'utf8')).trim().split(/\r?\n/);
  const columns = head.split(',');
  const fileAt = columns.indexOf('file');
  const facesAt = columns.findIndex((column) => column === 'faces' || column === 'heads');
  if (fileAt < 0 || facesAt < 0) throw new Error(`${truth}: expected the columns file and faces or heads, got ${head}`);
  return lines.map((line, index) => {
    const cells = line.split(',');
    const file = cells[fileAt] ?? '';
    const faces = Number(cells[facesAt]);
    if (file === '' || !Number.isInteger(faces)) throw new Error(`${truth}, line ${index + 2}: no file or no count`);
    return {
      path: join(folder, file),
      faces,
      // "a.jpg", "a.dark.jpg" and "a_612.jpg" are one photo.
      source: (file.split('.')[0] ?? file).replace(/_612$/, ''),
      // The last column; those before it may hold commas.
      doubt: columns.at(-1) === 'doubt' && cells.at(-1) === '1',
    };
  });
}
