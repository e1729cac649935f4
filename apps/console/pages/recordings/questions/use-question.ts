import { useEffect, useMemo } from 'react';
import { useDraft } from '../../../form/use-draft.js';
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

/** What somebody writes, and which question was asked when they began. */
interface Written {
  readonly of: string;
  readonly draft: Readonly<Record<string, string>>;
}

const isWritten = (found: object): found is Written =>
  'of' in found &&
  'draft' in found &&
  typeof found.draft === 'object' &&
  Object.values(found.draft ?? {}).every((text) => typeof text === 'string');

/** The fields of a question: the form has them while one writes, the address when one has asked. */
export function useQuestion<Name extends string>(names: readonly Name[]): Question<Name> {
  const [texts, setTexts] = useTexts();
  const key = JSON.stringify(names.map((name) => texts[name] ?? ''));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key has all of the texts that count
  const asked = useMemo(() => valuesOf(names, (name) => texts[name] ?? ''), [key]);
  const untouched = useMemo((): Written => ({ of: key, draft: asked }), [key, asked]);
  const [written, setWritten] = useDraft(`question.${names.join('.')}`, untouched, isWritten);
  // Another question was asked, or one went back to an earlier one: what was written for this one has been sent, or is given up.
  const isOther = written.of !== key;
  useEffect(() => {
    if (isOther) setWritten(untouched);
  }, [isOther, untouched, setWritten]);
  const draft = useMemo(
    () => (isOther ? asked : valuesOf(names, (name) => written.draft[name] ?? '')),
    [isOther, asked, names, written],
  );
  return {
    draft,
    set: (name, value) =>
      setWritten((before) => ({ of: key, draft: { ...(before.of === key ? before.draft : asked), [name]: value } })),
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
