/** The file is sound but uses a part of the format that is not read here; the message says what to write instead. */
export class UnsupportedError extends Error {
  override readonly name = 'UnsupportedError';
}
