import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { SampleOptions } from './command.js';

/** The one place that knows where samples are made. By path and in a process of its own: it loads the picture library. */
const script = fileURLToPath(new URL('../../scripts/samples.js', import.meta.url));

/** Writes sample files. @returns the exit code: 2 when the options ask for nothing, or for what cannot be */
export async function samples(options: SampleOptions): Promise<number> {
  const args = Object.entries(options).map(([name, value]) => (value === true ? `--${name}` : `--${name}=${value}`));
  const child = spawn(process.execPath, [script, ...args], { stdio: 'inherit' });
  const [code]: unknown[] = await once(child, 'exit');
  return typeof code === 'number' ? code : 1;
}
