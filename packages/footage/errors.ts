import { BadInputError } from '#contracts/errors.js';

/** Why there is no frame, as the codes of BadInputError. */
export const footageFaults = [
  /** Nothing that frames could be read from lies at the footage's location. */
  'footage-missing',
  /** The footage has no frame of that index. */
  'frame-missing',
  /** The container is broken, or nothing that frames are read from. */
  'footage-unreadable',
  /** The frame is broken, or no image. */
  'frame-unreadable',
] as const;
export type FootageFault = (typeof footageFaults)[number];

/** @param message what was expected, what came, what to do */
export const footageError = (fault: FootageFault, message: string, cause?: unknown): BadInputError =>
  new BadInputError(fault, message, { cause });

/** What is wrong with the footage, if that is what the error says. */
export function footageFaultOf(error: unknown): FootageFault | undefined {
  if (!(error instanceof BadInputError)) return undefined;
  return footageFaults.find((fault) => fault === error.code);
}
