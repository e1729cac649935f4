import type { CarrierKind } from '../../../helpers/platform.js';
import type { Contestant } from '../options.js';

/** Where a peer finds what it needs. */
export interface PeerAddress {
  readonly databaseUrl: string;
  readonly redisUrl: string | undefined;
  /** The folder whose `node_modules` has the peers' packages. */
  readonly packages: string;
}

/** Jobs that were added. */
export interface AddedJobs {
  /** How many the peer has not completed yet. */
  left(): Promise<number>;
  close(): Promise<void>;
}

/** Another queue whose no-op jobs are measured. */
export interface Peer {
  readonly name: Exclude<Contestant, 'millrace'>;
  /** Where it can keep its jobs. */
  readonly carriers: readonly CarrierKind[];
  /** Its npm package; undefined when Millrace has it anyway. */
  readonly package?: string;
  /** Makes its tables and adds so many jobs. */
  add(address: PeerAddress, jobs: number): Promise<AddedJobs>;
  /**
   * Begins to work, in a process of its own, on so many jobs at a time. Its connections are not fewer than that.
   * @param onJob called by each job, which does nothing else
   */
  work(address: PeerAddress, slots: number, onJob: () => void): Promise<void>;
}
