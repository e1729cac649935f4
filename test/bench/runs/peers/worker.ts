/** A worker process of a peer: its only argument is a `PeerTask` as JSON. */
import { announceReady } from '#process/supervisor-messages.js';
import { slots } from '../bench-tasks.js';
import { peers } from './list.js';
import type { PeerProgress, PeerTask } from './progress.js';

const task: PeerTask = JSON.parse(process.argv[2] ?? '{}');
const peer = peers.find(({ name }) => name === task.peer);
if (!peer) throw new Error(`expected a peer, got ${process.argv[2]}`);

let begin: number | undefined;
let done = 0;
let reported = 0;
const onJob = (): void => {
  begin ??= Date.now();
  done += 1;
};
setInterval(() => {
  if (done === reported || begin === undefined) return;
  reported = done;
  process.send?.({ begin, done } satisfies PeerProgress);
}, 20);
process.once('disconnect', () => process.exit());
process.once('SIGTERM', () => process.exit());
process.once('message', () => void peer.work(task, slots, onJob));
announceReady();
