import { messageOf } from '#contracts/errors.js';

/** What is wrong with damaged bytes, for people; what only says where a decoder stumbled over them is left out. */
export function describeDamage(error: unknown): string {
  const stumbled = error instanceof TypeError || error instanceof RangeError;
  return stumbled ? 'its bytes make no sense' : messageOf(error);
}
