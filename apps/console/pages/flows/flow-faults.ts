import type { Fault } from '../../form/fault.js';

/** What is wrong with one field of a step, not with what is below it; undefined if nothing is. */
export const faultAt = (faults: readonly Fault[], pointer: string): string | undefined =>
  faults
    .filter(({ path }) => path === pointer)
    .map(({ message }) => message)
    .join('; ') || undefined;

/** The same with what is below it, each with its place there. */
export const faultWithin = (faults: readonly Fault[], pointer: string): string | undefined =>
  faults
    .filter(({ path }) => path === pointer || path.startsWith(`${pointer}/`))
    .map(({ path, message }) => (path === pointer ? message : `${path.slice(pointer.length)} ${message}`))
    .join('; ') || undefined;

/** How many faults a step has, those of the steps in it left out. */
export const countFaults = (faults: readonly Fault[], at: string): number =>
  faults.filter(({ path }) => path === at || (path.startsWith(`${at}/`) && !path.startsWith(`${at}/group/steps/`)))
    .length;
