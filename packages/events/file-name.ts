/**
 * A matcher of the base name of a path with `/` between folders: one of the prefixes (underscores may be doubled), then
 * nothing or anything set off by a character that is no letter, and `.json`, `.ndjson` or `.jsonl`; case does not matter.
 */
export function eventFileName(prefixes: readonly string[]): (path: string) => boolean {
  const alternatives = prefixes.map((prefix) => prefix.replaceAll('_', '_+')).join('|');
  const pattern = new RegExp(`^(?:${alternatives})(?:[^a-z].*)?\\.(?:json|ndjson|jsonl)$`, 'is');
  return (path) => pattern.test(path.slice(path.lastIndexOf('/') + 1));
}
