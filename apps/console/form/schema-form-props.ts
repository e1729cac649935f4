import type { Fault } from './fault.js';
import type { Referable } from './reference.js';

export interface SchemaFormProps {
  /** JSON Schema, as `GET /api/tasks` has it. */
  readonly schema: object;
  readonly value: unknown;
  /** Gets the whole value with each change, also while it does not fit: what was typed is never thrown away. */
  onChange(value: unknown): void;
  /**
   * What the server found wrong, with JSON pointers from the value (`faultsBelow(error.faults, '/input')`). Each stands beside
   * its field until that is changed. Give the same list as long as it is the same answer.
   */
  readonly faults?: readonly Fault[] | undefined;
  /** For screen readers. */
  readonly label: string;
  /** What fields may take their value from when the flow runs; undefined outside of flows. */
  readonly referables?: readonly Referable[] | undefined;
  /** Says whether some field has text that is no value, so that `value` is not what one sees. */
  readonly onBroken?: ((isBroken: boolean) => void) | undefined;
  readonly isDisabled?: boolean | undefined;
}
