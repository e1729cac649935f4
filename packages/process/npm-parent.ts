/** How soon the end of npm's shell is noticed, in milliseconds. */
const lookMs = 500;

/**
 * Stops this process, as SIGTERM would, when it was started by npx or an npm script whose shell is gone: npm passes SIGTERM
 * on to that shell alone, which dies of it and would leave us running behind a prompt that says all has ended. Somebody who
 * starts us by hand and logs out is not meant: then nothing happens.
 */
export function stopWithNpm(): void {
  if (process.env['npm_command'] === undefined) return;
  const shell = process.ppid;
  const look = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(look);
    process.kill(process.pid, 'SIGTERM');
  }, lookMs);
  look.unref();
}
