import { File as Hdf5File, ready } from 'h5wasm';

/** The datasets of an HDF5 file: each one array of bytes. */
export interface Hdf5Dataset {
  readonly name: string;
  readonly data: Uint8Array;
  readonly shape: readonly number[];
  /** Compressed in chunks of this shape; in one piece if not set. */
  readonly chunks?: readonly number[];
}

/** An HDF5 file with these datasets. It is made in memory. */
export async function hdf5Bytes(datasets: readonly Hdf5Dataset[]): Promise<Uint8Array> {
  const { FS } = await ready;
  const path = '/sample.h5';
  const file = new Hdf5File(path, 'w');
  for (const { name, data, shape, chunks } of datasets) {
    file.create_dataset({
      name,
      data,
      shape: [...shape],
      dtype: '<B',
      ...(chunks === undefined ? {} : { chunks: [...chunks], compression: 4 }),
    });
  }
  file.close();
  const bytes = FS.readFile(path).slice();
  FS.unlink(path);
  return bytes;
}
