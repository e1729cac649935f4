import { useEffect, useMemo, useState } from 'react';
import type { RecordingChoices } from '../../../generated/api.js';
import { useTexts } from '../../../shell/use-texts.js';

export interface QuestionProps {
  readonly choices: RecordingChoices;
}

export type Answers<Name extends string> = Readonly<Record<Name, string>>;

/** A question as it is written, and as it was asked last. */
export interface Question<Name extends string> {
  /** What stands in the form. */
  readonly draft: Answers<Name>;
  set(name: Name, value: string): void;
  /** What the address asks, and the answer is to. */
  readonly asked: Answers<Name>;
  /** The form says something else than the answer is to. */
  readonly isChanged: boolean;
  ask(): void;
}

/** The fields of a question: the form has them while one writes, the address when one has asked. */
export function useQuestion<Name extends string>(names: readonly Name[]): Question<Name> {
  const [texts, setTexts] = useTexts();
  const key = JSON.stringify(names.map((name) => texts[name] ?? ''));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key has all of the texts that count
  const asked = useMemo(() => valuesOf(names, (name) => texts[name] ?? ''), [key]);
  const [draft, setDraft] = useState(asked);
  useEffect(() => setDraft(asked), [asked]);
  return {
    draft,
    set: (name, value) => setDraft((before) => ({ ...before, [name]: value })),
    asked,
    isChanged: names.some((name) => draft[name] !== asked[name]),
    ask: () => setTexts(draft),
  };
}

function valuesOf<Name extends string>(names: readonly Name[], read: (name: Name) => string): Answers<Name> {
  const values: Partial<Record<Name, string>> = {};
  for (const name of names) values[name] = read(name);
  if (!isWhole(names, values)) throw new Error('expected a text for each field, found one without');
  return values;
}

const isWhole = <Name extends string>(
  names: readonly Name[],
  values: Partial<Record<Name, string>>,
): values is Record<Name, string> => names.every((name) => values[name] !== undefined);
