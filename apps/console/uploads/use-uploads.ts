import { createContext, useContext, useSyncExternalStore } from 'react';
import type { UploadItem } from './upload-item.js';
import type { Uploads } from './uploads.js';

export const UploadsContext = createContext<Uploads | undefined>(undefined);

/** What sends files into the inbox. */
export function useUploads(): Uploads {
  const uploads = useContext(UploadsContext);
  if (!uploads) throw new Error('expected Uploads above this component, found none');
  return uploads;
}

/** The files on their way into the inbox. */
export function useUploadItems(): readonly UploadItem[] {
  const uploads = useUploads();
  return useSyncExternalStore(uploads.subscribe, () => uploads.items);
}
