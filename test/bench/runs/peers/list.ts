import { bullmq } from './bullmq.js';
import { batchedGraphileWorker, plainGraphileWorker } from './graphile-worker.js';
import type { Peer } from './peer.js';
import { pgBoss } from './pg-boss.js';

/** All that ours is compared with. */
export const peers: readonly Peer[] = [bullmq, plainGraphileWorker, batchedGraphileWorker, pgBoss];
