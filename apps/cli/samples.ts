import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SetupError } from '#contracts/errors.js';

/** Options of `millrace samples`, by name; `true` for `--bad`. */
export type SampleOptions = Readonly<Record<string, string | true>>;

/** The one place that knows where samples are made. By path and in a process of its own: it loads the image library. */
const script = fileURLToPath(new URL('../../scripts/samples.js', import.meta.url));

/** Writes sample files. @returns the exit code: 2 when the options ask for nothing, or for what cannot be */
export async function samples(options: SampleOptions): Promise<number> {
  if (!existsSync(script)) {
    throw new SetupError(
      'samples: expected the package from npm or a clone, got the container image, which has no samples',
    );
  }
  const args = Object.entries(options).map(([name, value]) => (value === true ? `--${name}` : `--${name}=${value}`));
  const child = spawn(process.execPath, [script, ...args], { stdio: 'inherit' });
  const [code]: unknown[] = await once(child, 'exit');
  return typeof code === 'number' ? code : 1;
}
