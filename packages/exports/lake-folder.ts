import { open, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

/** What the lake has of a dataset: records as they came, and rows with typed columns. */
export const layers = ['ods', 'dwd'] as const;
export type Layer = (typeof layers)[number];

/** The one file of a partition. */
export const partName = 'part-00000.parquet';

/** The names of partitions' folders: `imp_date=20260501`. */
const partition = /^imp_date=(\d{8})$/;

/** Below LAKE_DIR: `dwd/images/imp_date=20260501`. @param day `20260501` */
export const partitionPath = (layer: Layer, dataset: string, day: string): string =>
  `${layer}/${dataset}/imp_date=${day}`;

/** The days that a dataset has folders for, whatever is in them. @param folder of the dataset, which may be missing */
export async function listPartitionDays(folder: string): Promise<string[]> {
  const names = await namesIn(folder);
  return names.flatMap((name) => partition.exec(name)?.[1] ?? []).sort();
}

/**
 * The name of a file that is being written: readers of lakes pass over what begins with a dot, and patterns like
 * `*.parquet` over what ends otherwise.
 */
export const hiddenName = (name: string, token: string): string => `.${name}.${token}.tmp`;

/**
 * Removes what other attempts to write a file have left behind. One of them that still lives can put its file in no more:
 * to rename it fails.
 */
export async function removeHidden(folder: string, name: string): Promise<void> {
  const left = (await namesIn(folder)).filter((each) => each.startsWith(`.${name}.`) && each.endsWith('.tmp'));
  for (const each of left) await rm(join(folder, each), { force: true });
}

/** Removes a folder that nothing is in; one that is left says nothing to readers. */
export async function removeEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch(() => {});
}

/** Has the names in a folder outlive a loss of power. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}
