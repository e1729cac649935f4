import type { PeerAddress } from './peer.js';

/** What a peer's worker process is to do once it is sent a message. */
export interface PeerTask extends PeerAddress {
  readonly peer: string;
}

/** What it reports. */
export interface PeerProgress {
  /** When its first job began, in milliseconds since 1970. */
  readonly begin: number;
  /** How many jobs have done their work; they may not be completed yet. */
  readonly done: number;
}

export function isProgress(message: unknown): message is PeerProgress {
  return typeof message === 'object' && message !== null && 'begin' in message && 'done' in message;
}
