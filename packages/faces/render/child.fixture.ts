/** A child that does what the path of the "picture" says, to see how its parent bears it. */
import { appendFileSync } from 'node:fs';
import { Value } from 'typebox/value';
import { RenderRequest } from './messages.js';

let held = 0;

process.on('disconnect', () => process.exit(0));
process.on('message', (message) => {
  if (!Value.Check(RenderRequest, message)) return;
  const [what, file] = message.path.split(' ');
  if (what === 'die') process.kill(process.pid, 'SIGSEGV');
  else if (what === 'exit') process.exit(7);
  else if (what === 'hang') held += 1;
  else if (what === 'blind') process.send?.({ type: 'rendered', bytes: 'none' });
  else {
    if (file !== undefined) appendFileSync(file, 'x');
    process.send?.({ type: 'rendered', bytes: Buffer.from(`${process.pid} ${held}`) });
  }
});
