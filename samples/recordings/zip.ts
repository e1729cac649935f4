import { crc32, deflateRawSync } from 'node:zlib';

/** One file of an archive. */
export interface ZipEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Stored as it is if not set. */
  readonly deflate?: boolean;
  /** What the directory says of its size, where that is to be a lie. */
  readonly claimedSize?: number;
}

const methods = { stored: 0, deflated: 8 } as const;

/**
 * A ZIP archive (PKWARE APPNOTE 6.3, without ZIP64): a local header and the data of each entry, then the directory.
 * Times are all zero, so that the same entries give the same bytes.
 */
export function zipBytes(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes, deflate = false, claimedSize = bytes.length } of entries) {
    const data = deflate ? deflateRawSync(bytes) : Buffer.from(bytes);
    const about = Buffer.alloc(26);
    about.writeUInt16LE(20, 0);
    // Bit 11: the name is UTF-8.
    about.writeUInt16LE(0x0800, 2);
    about.writeUInt16LE(deflate ? methods.deflated : methods.stored, 4);
    about.writeUInt32LE(crc32(bytes), 10);
    about.writeUInt32LE(data.length, 14);
    about.writeUInt32LE(claimedSize, 18);
    about.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([uint32(0x04034b50), about, Buffer.from(name), data]);
    const end = Buffer.alloc(14);
    end.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([uint32(0x02014b50), uint16(20), about, end, Buffer.from(name)]));
    parts.push(local);
    offset += local.length;
  }
  const size = directory.reduce((sum, each) => sum + each.length, 0);
  const counts = Buffer.alloc(18);
  counts.writeUInt16LE(entries.length, 4);
  counts.writeUInt16LE(entries.length, 6);
  counts.writeUInt32LE(size, 8);
  counts.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, ...directory, uint32(0x06054b50), counts]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}
