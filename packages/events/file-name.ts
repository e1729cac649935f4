/**
 * A matcher of the base name of a path with `/` between folders: one of the prefixes (underscores may be doubled), then
 * nothing or anything set off by a character that is no letter, and an extension, one of JSON's if not given; case does not
 * matter.
 */
export function eventFileName(
  prefixes: readonly string[],
  extensions: readonly string[] = ['json', 'ndjson', 'jsonl'],
): (path: string) => boolean {
  const alternatives = prefixes.map((prefix) => prefix.replaceAll('_', '_+')).join('|');
  const pattern = new RegExp(`^(?:${alternatives})(?:[^a-z].*)?\\.(?:${extensions.join('|')})$`, 'is');
  return (path) => pattern.test(path.slice(path.lastIndexOf('/') + 1));
}
