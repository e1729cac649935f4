/** Escapes what LIKE takes for wildcards, with its default escape character. */
const escapeLike = (text: string): string => text.replace(/[\\%_]/g, (special) => `\\${special}`);

/** The LIKE pattern of a path filter: `*` stands for any characters; without one, the text is a prefix. */
export function pathPattern(filter: string): string {
  return filter.includes('*') ? filter.split('*').map(escapeLike).join('%') : `${escapeLike(filter)}%`;
}

/** The LIKE pattern of texts that contain this one. */
export const containsPattern = (text: string): string => `%${escapeLike(text)}%`;
