import type { FileState } from '#contracts/states.js';
import type { Tx } from '../pool.js';

/**
 * A condition on the state of a file that only the partial indexes made for it serve (migration ledger_at_scale). While
 * tens of thousands of files arrive within seconds the server's statistics still say that none do, and a plain condition
 * has it look through all files of the state instead of looking up the few that are meant.
 */
export const isState = (file: string, ...states: readonly FileState[]): string =>
  `(${file}.state IN (${states.map((state) => `'${state}'`).join(', ')})) IS TRUE`;

/** For the rest of a transaction files are looked up by key, which for a few hundred of them is always the cheaper way. */
export async function lookUpByKey(tx: Tx): Promise<void> {
  await tx.query('SET LOCAL enable_seqscan = off');
}
