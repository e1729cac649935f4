import { fromRandomAccessReaderPromise } from 'yauzl';
import { messageOf } from '#contracts/errors.js';
import { DescriptorReader } from './zip.js';

/** What a ZIP archive's directory says. */
export interface ZipEntries {
  /** Of the whole archive; null where it has no directory that can be read. */
  readonly count: number | null;
  /** The first of them. Sizes are in bytes, unpacked and as they are stored. */
  readonly entries: { readonly name: string; readonly size: number; readonly storedSize: number }[];
  /** What is wrong with the archive, in words; null for nothing that was met. */
  readonly fault: string | null;
}

/** Characters of a name that are shown; the format allows 65,535. */
const maxNameChars = 1_000;

/**
 * The first entries of a ZIP archive. Reads the directory only, and of that no more than is wanted.
 * @param descriptor of a file that stays open until this returns; the caller closes it
 * @param size bytes of the file
 */
export async function listZipEntries(descriptor: number, size: number, max: number): Promise<ZipEntries> {
  const entries: { name: string; size: number; storedSize: number }[] = [];
  let count: number | null = null;
  try {
    const reader = new DescriptorReader(descriptor);
    const zip = await fromRandomAccessReaderPromise(reader, size, { autoClose: false, lazyEntries: true });
    count = zip.entryCount;
    if (count === 0) return { count, entries, fault: null };
    for await (const { fileName, uncompressedSize, compressedSize } of zip.eachEntry()) {
      entries.push({ name: fileName.slice(0, maxNameChars), size: uncompressedSize, storedSize: compressedSize });
      if (entries.length >= max) break;
    }
    return { count, entries, fault: null };
  } catch (error) {
    return { count, entries, fault: `the ZIP archive's directory cannot be read: ${messageOf(error)}` };
  }
}
