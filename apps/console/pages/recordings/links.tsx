import type { ReactNode } from 'react';
import { PageLink } from '../../ui/link.js';

/** Where the API has the image of a frame, scaled down to a width in pixels. */
export const frameAddress = (footage: string, frame: number, width?: number): string =>
  `/api/footages/${encodeURIComponent(footage)}/frames/${frame}${width === undefined ? '' : `?width=${width}`}`;

/** Leads to a frame among the others of its footage. */
export function FrameLink({
  footage,
  frame,
  className,
  children,
}: {
  readonly footage: string;
  readonly frame: number;
  readonly className?: string | undefined;
  readonly children: ReactNode;
}) {
  return (
    <PageLink
      to="/datasets/$name"
      params={{ name: 'recording' }}
      search={{ view: 'frames', footage, frame: frame === 0 ? undefined : String(frame) }}
      size="sm"
      className={className ?? ''}
    >
      {children}
    </PageLink>
  );
}

/** A recording's id, which leads to what it has; from there one comes back to the recordings of the location, where one is given. */
export function RecordingLink({ id, location }: { readonly id: string; readonly location?: string | undefined }) {
  return (
    <PageLink
      to="/datasets/$name"
      params={{ name: 'recording' }}
      search={{ view: 'recordings', recording: id, location }}
      size="sm"
    >
      {id}
    </PageLink>
  );
}
