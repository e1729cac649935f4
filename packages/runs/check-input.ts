import type { Static, TObject } from 'typebox';
import type { Catalogue } from '#catalogue/catalogue.js';
import type { TaskDefinition } from '#contracts/task.js';
import { InvalidInputError, validate } from '#contracts/validate.js';
import { ViolationList } from '#contracts/violation-list.js';

/**
 * Checks an input against a task's schema and, where it has one, by its own check. Whoever records a run asks this first.
 * @returns the input, typed
 * @throws InvalidInputError with the faults
 */
export function checkInput<I extends TObject>(
  catalogue: Catalogue,
  task: TaskDefinition<I>,
  input: unknown,
): Static<I> {
  const fitting = validate(task.input, input);
  const violations = new ViolationList();
  for (const { path, message } of task.check?.(fitting, catalogue) ?? []) violations.add(path, message);
  if (violations.count > 0) throw new InvalidInputError(violations);
  return fitting;
}
