/** Written before a number: what a value has to be to it. */
export const comparisons = ['>=', '>', '<=', '<', '='] as const;

/** One condition as it is written in a form: any part may be missing yet. */
export interface Condition {
  readonly name: string;
  readonly comparison: string;
  readonly value: string;
}

/** Reads `speed>50,acceleration<=2`. */
export const parseConditions = (text: string): readonly Condition[] =>
  text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const found = /^(.*?)(>=|<=|>|<|=)(.*)$/.exec(part);
      return { name: found?.[1] ?? part, comparison: found?.[2] ?? '>=', value: found?.[3] ?? '' };
    });

/** Writes them as the API reads them, those that are not whole as far as they go. */
export const formatConditions = (conditions: readonly Condition[]): string =>
  conditions.map(({ name, comparison, value }) => `${name}${comparison}${value.trim()}`).join(',');

/** Whether each has a name and a number. */
export const areWhole = (conditions: readonly Condition[]): boolean =>
  conditions.every(({ name, value }) => name !== '' && value.trim() !== '' && Number.isFinite(Number(value)));
