/** The longest name that common file systems take, in bytes of UTF-8. */
const longestName = 255;

/**
 * What is wrong with a name that a user gave to a file or folder in the inbox, in words for people; undefined when it
 * may be used as it is. Nothing is silently changed: another name would be another file.
 */
export function problemOfName(name: string): string | undefined {
  if (name === '') return 'is empty; expected a file name';
  if (/[/\\]/.test(name)) return 'has a path separator; expected a name without folders (give those as “folder”)';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  if (/[\u0000-\u001f\u007f-\u009f]/.test(name)) return 'has control characters; expected printable ones';
  if (name.startsWith('.')) return 'starts with a dot; such names are not watched, so it would never be loaded';
  const bytes = Buffer.byteLength(name);
  if (bytes > longestName) return `is ${bytes} bytes long; expected at most ${longestName}`;
  return undefined;
}

/** What is wrong with a folder below the inbox, given with `/` between its parts; undefined when it may be used. */
export function problemOfFolder(folder: string): string | undefined {
  if (folder === '') return undefined;
  if (folder.length > 1_000) return `is ${folder.length} characters long; expected at most 1000`;
  for (const segment of folder.split('/')) {
    const fault = problemOfName(segment);
    if (fault !== undefined) return `has the part ${JSON.stringify(segment)}, which ${fault}`;
  }
  return undefined;
}
