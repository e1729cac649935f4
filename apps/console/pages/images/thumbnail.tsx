import { IconPhotoOff } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { call } from '../../client/call.js';
import { ApiProblem, wordsOf } from '../../client/problem.js';
import { getImageThumbnail } from '../../generated/api.js';
import styles from './images.module.css';

/** How often an image that did not come is asked for again. */
const maxTries = 6;

/** An image of the inbox, scaled down by the server. When it cannot be shown it says why. */
export function Thumbnail({ id, name, side }: { readonly id: string; readonly name: string; readonly side: number }) {
  const [tries, setTries] = useState(0);
  const [isFailed, setFailed] = useState(false);
  const [reason, setReason] = useState<string>();
  useEffect(() => {
    if (!isFailed) return;
    // What an image element asks for gives no reason; who asks once more gets it.
    const ending = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = (afterMs: number): void => {
      timer = setTimeout(() => {
        setFailed(false);
        setTries((count) => count + 1);
      }, afterMs);
    };
    call(getImageThumbnail({ id, side }, { signal: ending.signal })).then(
      // The server can render it: either it is there by now, or the browser cannot show it.
      () => (tries < maxTries ? again(0) : setReason('The browser cannot show this image.')),
      (error: unknown) => {
        if (ending.signal.aborted) return;
        const isBusy = error instanceof ApiProblem && (error.status === 503 || error.status === 0);
        if (isBusy && tries < maxTries) again(Math.min(error.retryAfter ?? 2, 10) * 1_000);
        else setReason(wordsOf(error));
      },
    );
    return () => {
      ending.abort();
      clearTimeout(timer);
    };
  }, [isFailed, id, side, tries]);
  if (reason !== undefined)
    return (
      <span className={styles['gone']}>
        <IconPhotoOff size={22} stroke={1.4} aria-hidden />
        {reason}
      </span>
    );
  return (
    <img
      key={tries}
      src={`/api/images/${id}/thumbnail?side=${side}`}
      alt={name}
      loading="lazy"
      decoding="async"
      className={styles['picture']}
      onError={() => setFailed(true)}
    />
  );
}
