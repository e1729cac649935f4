import { useHotkeys } from '@mantine/hooks';
import { IconArrowLeft, IconArrowRight } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import type { Texts } from '../../shell/search-text.js';
import { ButtonLink } from '../../ui/link.js';
import { imageQuery, useImages } from '../images/use-images.js';

/** The images before and after this one in the gallery that one came from, by its filters and its order; with the arrow keys, too. */
export function Neighbours({ id, texts }: { readonly id: string; readonly texts: Texts }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { pages, rows: images } = useImages(texts);
  const at = images.findIndex(({ fileId }) => fileId === id);
  const before = at > 0 ? images[at - 1] : undefined;
  const after = at === -1 ? undefined : images[at + 1];
  const isAtEnd = at !== -1 && after === undefined && pages.hasNextPage && !pages.isFetching;
  const { fetchNextPage } = pages;
  useEffect(() => {
    if (isAtEnd) void fetchNextPage();
  }, [isAtEnd, fetchNextPage]);
  // What one goes to next is read ahead, so that the page does not turn blank at each step.
  const [idBefore, idAfter] = [before?.fileId, after?.fileId];
  useEffect(() => {
    for (const each of [idAfter, idBefore]) if (each !== undefined) void queries.prefetchQuery(imageQuery(each));
  }, [queries, idBefore, idAfter]);
  const go = (image: typeof before) => (): void => {
    if (image) void navigate({ to: '/images/$id', params: { id: image.fileId }, search: texts, replace: true });
  };
  useHotkeys([
    ['ArrowLeft', go(before)],
    ['ArrowRight', go(after)],
  ]);
  return (
    <>
      {[
        { image: before, words: 'Previous', key: 'ArrowLeft', icon: <IconArrowLeft size={15} aria-hidden /> },
        { image: after, words: 'Next', key: 'ArrowRight', icon: <IconArrowRight size={15} aria-hidden /> },
      ].map(
        ({ image, words, key, icon }) =>
          image && (
            <ButtonLink
              key={words}
              to="/images/$id"
              params={{ id: image.fileId }}
              search={texts}
              replace
              variant="default"
              aria-keyshortcuts={key}
              {...(key === 'ArrowLeft' ? { leftSection: icon } : { rightSection: icon })}
            >
              {words}
            </ButtonLink>
          ),
      )}
    </>
  );
}
