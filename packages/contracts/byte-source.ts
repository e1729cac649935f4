/** What bytes of a file are read through, in any order: an open file, or something that watches what is read of one. */
export interface ByteSource {
  /** Reads up to `length` bytes from `position` of the file into `buffer` at `offset`; none at the file's end. */
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
}
