import type { Violation } from '#contracts/violation-list.js';
import { unprocessable } from '../../http/problem.js';
import { problemOfFolder, problemOfName } from '../names.js';

/** What a resumable upload is to become. */
export type Target =
  | {
      readonly replaces?: undefined;
      /** Below the inbox; empty for the inbox itself. */
      readonly folder: string;
      readonly name: string;
      readonly overwrite: boolean;
    }
  /** The id of the file whose place it takes. */
  | { readonly replaces: string };

const fileId = /^[1-9][0-9]{0,17}$/;

/**
 * Reads what a client says in Upload-Metadata: `filename`, and if it likes `folder` and `overwrite`; or `replaces`, beside
 * which the name does not matter. Other keys, such as `filetype`, are the client's own.
 * @throws HttpProblem 422 naming the keys that do not fit
 */
export function readTarget(metadata: Readonly<Record<string, string | null>>): Target {
  const { filename, folder, overwrite, replaces } = metadata;
  const faults: Violation[] = [];
  const expect = (path: string, fault: string | undefined): void => {
    if (fault !== undefined) faults.push({ path, message: fault });
  };
  if (replaces !== undefined) {
    expect('replaces', fileId.test(replaces ?? '') ? undefined : 'expected the id of a file, a whole number');
    expect('folder', folder === undefined ? undefined : 'cannot be given together with replaces');
    expect('overwrite', overwrite === undefined ? undefined : 'cannot be given together with replaces');
    if (faults.length > 0) throw unprocessable(faults);
    return { replaces: replaces ?? '' };
  }
  const name = filename ?? '';
  const inside = (folder ?? '').replace(/^\/+|\/+$/g, '');
  const nameFault = problemOfName(name);
  expect('filename', nameFault && `the name ${JSON.stringify(name.slice(0, 300))} ${nameFault}`);
  expect('folder', problemOfFolder(inside));
  const isFlag = overwrite === undefined || overwrite === 'true' || overwrite === 'false';
  expect('overwrite', isFlag ? undefined : 'expected true or false');
  if (faults.length > 0) throw unprocessable(faults);
  return { folder: inside, name, overwrite: overwrite === 'true' };
}

/** Its path below the inbox. */
export const pathOf = ({ folder, name }: { readonly folder: string; readonly name: string }): string =>
  folder === '' ? name : `${folder}/${name}`;
