import { createContext, useContext } from 'react';
import type { Fault } from './fault.js';
import type { Referable } from './reference.js';

/** What all fields of a form share. */
export interface FormState {
  /** Faults that are to be shown, by the pointer of their field. */
  readonly faults: ReadonlyMap<string, readonly string[]>;
  /** Somebody was in a field and left it, or changed it. */
  touch(pointer: string): void;
  /** A field has text that is no value (JSON that is not whole), or has one again. */
  setBroken(pointer: string, isBroken: boolean): void;
  /** What fields may refer to instead of having a value; undefined outside of flows. */
  readonly referables: readonly Referable[] | undefined;
  readonly isDisabled: boolean;
}

export const FormContext = createContext<FormState | undefined>(undefined);

export function useFormState(): FormState {
  const state = useContext(FormContext);
  if (!state) throw new Error('expected a SchemaForm above this field, found none');
  return state;
}

/** How a frame's field says what it is about: the ids of its words, and whether something is wrong with it. */
export interface Frame {
  readonly describedBy: string | undefined;
  readonly hasFault: boolean;
}
export const FrameContext = createContext<Frame>({ describedBy: undefined, hasFault: false });
/** The field is the chosen kind of a union, whose label stands above it already. */
export const WithinUnion = createContext(false);

/** Faults by their fields. */
export function byField(faults: readonly Fault[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { path, message } of faults) {
    const there = found.get(path);
    if (!there) found.set(path, [message]);
    else if (!there.includes(message)) there.push(message);
  }
  return found;
}
