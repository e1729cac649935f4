import { join } from 'node:path';
import { type HeldFolder, holdFolder } from './folder.js';
import { sweep, sweepResumable } from './sweep.js';

/** Below the inbox, so that a rename stays on its disk; the leading dot keeps it from being watched. */
export const stagingFolder = '.uploads';

/** In that one: uploads that can be resumed. */
export const resumableFolder = 'resumable';

/** Removes what uploads of processes that were killed, and those that were given up, have left behind. */
export async function sweepStaging(inbox: string): Promise<void> {
  await within(join(inbox, stagingFolder), async (staging) => {
    await sweep(staging.path, '', resumableFolder);
    await within(join(staging.path, resumableFolder), ({ path }) => sweepResumable(path));
  });
}

/** Nothing where the folder is not there. */
async function within(path: string, work: (folder: HeldFolder) => Promise<void>): Promise<void> {
  const folder = await holdFolder(path).catch(() => undefined);
  if (!folder) return;
  try {
    await work(folder);
  } finally {
    await folder.close();
  }
}
