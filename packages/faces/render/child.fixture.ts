/** A child that does what the path of the "image" says, to see how its parent bears it. */
import { appendFileSync } from 'node:fs';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { RenderRequest } from './messages.js';

const Message = Type.Object({ id: Type.Integer(), request: RenderRequest });
let held = 0;

process.on('disconnect', () => process.exit(0));
process.on('message', (message) => {
  if (!Value.Check(Message, message)) return;
  const { id, request } = message;
  const [what, file] = request.path.split(' ');
  if (what === 'die') process.kill(process.pid, 'SIGSEGV');
  else if (what === 'exit') process.exit(7);
  else if (what === 'hang') held += 1;
  else if (what === 'blind') process.send?.({ id, answer: 'none' });
  else {
    if (file !== undefined) appendFileSync(file, 'x');
    process.send?.({ id, answer: Buffer.from(`${process.pid} ${held}`) });
  }
});
