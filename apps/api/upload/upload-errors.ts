import { codeOf } from '#contracts/error-codes.js';
import { HttpProblem } from '../http/problem.js';
import type { ProblemCode } from '../http/problems/problem-types.js';

/** Whether an error of the file system has one of the codes. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return codes.includes(codeOf(error) ?? '');
}

/** A folder below the inbox, in words. */
export const inWords = (folder: string): string =>
  folder === '' ? 'the inbox' : `the folder “${folder}” of the inbox`;

/**
 * The answer to an error of the file system that a person can do something about; any other error as it is. The path of
 * the error is one of this server and stays here.
 * @param folder where the files were to be written, below the inbox
 */
export function explainUploadError(error: unknown, folder: string): unknown {
  const where = inWords(folder);
  const answer = (code: ProblemCode, detail: string): HttpProblem =>
    new HttpProblem(code, `${detail}; nothing of this upload is in the inbox`, { cause: error });
  if (hasCode(error, 'ENOSPC', 'EDQUOT')) return answer('disk-full', `no room is left on the disk of ${where}`);
  if (hasCode(error, 'EFBIG')) return answer('disk-full', `a file is larger than the disk of ${where} can hold`);
  if (hasCode(error, 'EROFS')) return answer('folder-unusable', `${where} is read-only; mount it for writing`);
  if (hasCode(error, 'EACCES', 'EPERM')) {
    return answer(
      'folder-unusable',
      `the user that runs this server may not write in ${where}; give it the permission`,
    );
  }
  if (hasCode(error, 'ENOTDIR', 'ELOOP')) {
    return answer(
      'folder-unusable',
      `expected ${where} to be a folder that is reached by folders alone, but a file or a link lies there`,
    );
  }
  if (hasCode(error, 'ENOENT', 'ESTALE'))
    return answer('folder-unusable', `${where} was moved or removed meanwhile; try again`);
  if (hasCode(error, 'ENAMETOOLONG')) return answer('unusable-name', `a name is too long for the disk of ${where}`);
  if (hasCode(error, 'EINVAL', 'EILSEQ')) return answer('unusable-name', `the disk of ${where} takes no such name`);
  if (hasCode(error, 'EMFILE', 'ENFILE'))
    return answer('too-many-open-files', 'too many files are open in this server; try again soon');
  return error;
}
