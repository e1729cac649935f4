const again = 'Copy the file again from where it came from, and replace this one with it.';
const kind = 'Replace it with a file of the expected kind, or discard it if it does not belong here.';
const content =
  'Mend the place that the reason names, and replace the file. If its source has learned to read it meanwhile, replay it.';

/** What somebody can do about a file, by the code of what is wrong with it. */
const advice: Readonly<Record<string, string>> = {
  truncated: again,
  empty: again,
  corrupt: again,
  gone: 'Put the file back into the inbox, or discard it.',
  unreadable: 'Allow the worker to read the file, then replay it.',
  encrypted: 'Replace it with one that needs no password.',
  'not-a-file': kind,
  'not-an-image': kind,
  'not-parquet': kind,
  unsupported: kind,
  'bad-json': content,
  'bad-encoding': content,
  'unexpected-shape': content,
  'missing-column': content,
  'wrong-type': content,
  'out-of-range': content,
  'too-many-pixels': 'Replace it with a smaller picture.',
  failed:
    'The load failed, perhaps by no fault of the file: see the error of its run. When the cause is gone, replay it.',
  cancelled: 'Somebody cancelled its run. Replay it when it is to be loaded after all.',
};

/** What to do about a quarantined file. */
export const adviceFor = (code: string | null): string =>
  advice[code ?? ''] ?? 'Mend the file and replace it; or replay it, when the cause lay elsewhere and is gone.';
