import { useHotkeys } from '@mantine/hooks';
import { IconArrowLeft, IconArrowRight } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import type { Texts } from '../../shell/search-text.js';
import { ButtonLink } from '../../ui/link.js';
import { useImages } from '../images/use-images.js';

/** The images before and after this one in the gallery that one came from, by its filters and its order; with the arrow keys, too. */
export function Neighbours({ id, texts }: { readonly id: string; readonly texts: Texts }) {
  const navigate = useNavigate();
  const { pages, images } = useImages(texts);
  const at = images.findIndex(({ fileId }) => fileId === id);
  const before = at > 0 ? images[at - 1] : undefined;
  const after = at === -1 ? undefined : images[at + 1];
  const isAtEnd = at !== -1 && after === undefined && pages.hasNextPage && !pages.isFetching;
  const { fetchNextPage } = pages;
  useEffect(() => {
    if (isAtEnd) void fetchNextPage();
  }, [isAtEnd, fetchNextPage]);
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
