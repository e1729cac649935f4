/** A text in which the places where a part of it stands are marked, in upper or lower case. */
export function Marked({ text, part }: { readonly text: string; readonly part: string }) {
  if (part === '') return text;
  const pattern = new RegExp(`(${part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')})`, 'gi');
  // Of what a pattern with one group splits, every second piece is what the group has found.
  return text.split(pattern).map((piece, index) =>
    index % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text have no other name
      <mark key={index}>{piece}</mark>
    ) : (
      piece
    ),
  );
}
