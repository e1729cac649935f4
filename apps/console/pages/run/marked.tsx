/** A text in which the words that were looked for are marked. */
export function Marked({ text, words }: { readonly text: string; readonly words: string | undefined }) {
  const parts = (words ?? '').match(/[\p{L}\p{N}]{2,}/gu)?.filter((word) => word !== 'or');
  if (!parts || parts.length === 0) return text;
  const pattern = new RegExp(`(${parts.join('|')})`, 'giu');
  return text.split(pattern).map((piece, index) =>
    // Of the pieces of a split by a group, every second one is what the group found.
    // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text, which have no other name
    index % 2 === 1 ? <mark key={index}>{piece}</mark> : piece,
  );
}
