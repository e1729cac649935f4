/** Entry of a child process: reads the image that is its argument and prints by how many bytes its memory grew. */
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { quarters, readImage } from './images.js';

/** The most memory that this process ever held, in bytes (proc_pid_status(5)). */
async function peak(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8');
  return 1024 * Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
}

sharp.concurrency(1);
sharp.cache(false);
// What the first image of a process takes once is not the measured one's.
await quarters().jpeg().toBuffer();
const before = await peak();
const { pixels } = await readImage(process.argv[2] ?? '', { box: { width: 640, height: 640 } });
if (pixels.rgb.length === 0) throw new Error('expected pixels');
process.stdout.write(`${(await peak()) - before}\n`);
