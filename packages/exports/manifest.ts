import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { HiddenFile } from './hidden-file.js';
import { hasCode, removeHidden } from './lake-folder.js';

/** Readers of lakes pass over names that begin with an underscore. */
const manifestName = '_manifest.json';

const Entry = Type.Object({
  file: Type.String(),
  rows: Type.Integer(),
  bytes: Type.Integer(),
  sha256: Type.String(),
  runId: Type.String(),
  writtenAt: Type.String(),
  columns: Type.Array(Type.Object({ name: Type.String(), type: Type.String() })),
});

/** A partition as the manifest has it: its file below the dataset's folder, and columns with their parquet types. */
export type ManifestEntry = Static<typeof Entry>;

const Manifest = Type.Object({
  layer: Type.String(),
  dataset: Type.String(),
  partitions: Type.Record(Type.String(), Entry),
});

/**
 * Changes the entry of one partition and replaces the manifest as a whole. The caller sees to it that nobody else does so
 * at the same time; a manifest that cannot be read is begun anew.
 * @param entry undefined takes it out
 */
export async function changeManifest(
  folder: string,
  { layer, dataset, day, token }: { layer: string; dataset: string; day: string; token: string },
  entry: ManifestEntry | undefined,
): Promise<void> {
  await removeHidden(folder, manifestName);
  const file = await HiddenFile.create(folder, manifestName, token);
  try {
    const { [day]: _old, ...others } = await readPartitions(folder);
    const all = entry === undefined ? others : { ...others, [day]: entry };
    const partitions = Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
    await file.write(Buffer.from(`${JSON.stringify({ layer, dataset, partitions }, undefined, 1)}\n`));
    await file.finish();
    await file.publish();
  } finally {
    await file.discard();
  }
}

async function readPartitions(folder: string): Promise<Record<string, ManifestEntry>> {
  try {
    const read: unknown = JSON.parse(await readFile(join(folder, manifestName), 'utf8'));
    return Value.Check(Manifest, read) ? read.partitions : {};
  } catch (error) {
    if (hasCode(error, 'ENOENT') || error instanceof SyntaxError) return {};
    throw error;
  }
}
