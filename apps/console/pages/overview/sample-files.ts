import type { ChosenFile } from '../../ui/dropped-files.js';

/** Where the samples are that were built with the console, by their paths from here. */
const urls: Readonly<Record<string, string>> = import.meta.glob('../../generated/samples/**/*.*', {
  query: '?url',
  import: 'default',
  eager: true,
});

/**
 * The sample files, as if somebody had dropped them in a folder of that name.
 * @throws Error that names the sample which the server did not give
 */
export const fetchSamples = (): Promise<readonly ChosenFile[]> =>
  Promise.all(
    Object.entries(urls).map(async ([found, url]) => {
      const path = found.slice(found.indexOf('samples/'));
      const answer = await fetch(url);
      if (!answer.ok) throw new Error(`${path}: expected a file, got the status ${answer.status}; try again`);
      return { path, file: new File([await answer.blob()], path.slice(path.lastIndexOf('/') + 1)) };
    }),
  );
