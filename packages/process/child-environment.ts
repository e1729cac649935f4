/** What the system's own libraries act on: where programs and libraries lie, the time zone, the number of threads. */
const libraryVariables =
  /^(PATH|TMPDIR|TZ|LANG|LC_\w+|LD_\w+|DYLD_\w+|UV_THREADPOOL_SIZE|MALLOC_\w+|OMP_\w+|VIPS_\w+)$/;

/**
 * The environment of a process that decodes strangers' files: without settings, addresses and secrets, which it does not
 * need, and which a fault in a decoder could give away.
 */
export function decoderEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => libraryVariables.test(name)));
}
