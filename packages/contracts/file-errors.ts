import { codeOf } from './error-codes.js';
import { BadInputError, FileChangedError, FileFaultError } from './errors.js';

/**
 * At the path lies nothing that the inbox takes: nothing at all, a folder, a symbolic link, a pipe without a writer or
 * a socket.
 */
const gone = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'ENXIO']);
const forbidden = new Set(['EACCES', 'EPERM']);
/** What the process or the machine has run out of; no file is at fault. */
const exhausted = new Set(['EMFILE', 'ENFILE', 'ENOMEM']);

/**
 * What an error of the operating system while a file was opened or read says about that file: FileChangedError when it
 * is not there any more, BadInputError `unreadable` when it may not be read, FileFaultError when the disk or the
 * network drive fails. When the process has run out of something the error stays a plain one. None of them names a path
 * of the server. Whatever is no error of the operating system is returned as it is.
 * @param name the file, as people know it: its path below the inbox
 */
export function toFileError(error: unknown, name: string): unknown {
  const code = codeOf(error);
  if (code === undefined || !(error instanceof Error && 'syscall' in error)) return error;
  const options = { cause: error };
  if (code === 'ENOENT') return new FileChangedError(`${name} was gone from the inbox when its load began`, options);
  if (gone.has(code)) {
    return new FileChangedError(`${name} is not there any more: something that is not a file has replaced it`, options);
  }
  if (forbidden.has(code)) {
    return new BadInputError(
      'unreadable',
      `${name} may not be read by the worker; allow it to and replay the file`,
      options,
    );
  }
  if (code === 'ENAMETOOLONG') {
    const message = `${name} has a path that is too long for the worker's system; shorten its name or its folders' names`;
    return new BadInputError('unreadable', message, options);
  }
  // `EIO: i/o error, open '/srv/inbox/a'`
  const [reason = code] = error.message.split(',');
  if (exhausted.has(code)) return new Error(`${name} could not be read, the machine has run out: ${reason}`, options);
  return new FileFaultError(`${name} could not be read: ${reason}; check the disk or the network drive`, options);
}
