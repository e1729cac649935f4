import type { Failure } from '#database/queries/run-failures.js';

/** Failed runs of one task with one error, whose messages say the same of other things. */
export interface FailureCause {
  readonly task: string;
  readonly error: string | null;
  readonly code: string | null;
  /** The message with `…` in place of what varies. */
  readonly message: string | null;
  readonly count: number;
  /** When the first and the last of them failed. ISO-8601 in UTC. */
  readonly firstAt: string;
  readonly lastAt: string;
  /** The one that failed last. */
  readonly example: { readonly runId: string; readonly message: string | null };
}

/** Between quotes of one kind, in one line. An apostrophe within a word is none. */
const quoted = /"[^"\n]*"|`[^`\n]*`|“[^”\n]*”|«[^»\n]*»|‘[^’\n]*’|(?<![\p{L}\p{N}])'[^'\n]*'(?![\p{L}\p{N}])/gu;
/** What stands between blanks, brackets, commas and the like. */
const words = /[^\s,;()[\]{}<>=|]+/gu;
/** A number, an id, a time, a path, an address, or the name of a file. */
const varies = /\p{N}|[/\\@]|.\.(?:csv|gif|gz|h5|hdf5|jpe?g|json|jsonl|ndjson|parquet|png|tiff?|txt|webp|xlsx|zip)$/iu;
/** How many of them stand side by side may vary as well. */
const row = /…(?:[\s,;/:=-]*…)+/gu;

/** A message without what differs between two failures of one cause: quoted texts, and words with a digit or a slash. */
export function withoutDetails(message: string): string {
  return message
    .replace(quoted, '…')
    .replace(words, (word) => {
      const end = endOf(word);
      return varies.test(word.slice(0, end)) ? `…${word.slice(end)}` : word;
    })
    .replace(row, '…');
}

/** Where a word ends, and the end of a sentence or a clause begins. */
function endOf(word: string): number {
  let end = word.length;
  while (end > 0 && '.:!?'.includes(word.charAt(end - 1))) end -= 1;
  return end;
}

/** Failures by their causes, the most frequent first; among equals the one that came last. */
export function groupByCause(failures: readonly Failure[]): FailureCause[] {
  const messages = new Map<string, string>();
  const groups = new Map<string, Failure[]>();
  for (const failure of failures) {
    const { task, error, code, message } = failure;
    const key = JSON.stringify([task, error, code, message === null ? null : remembered(messages, message)]);
    const group = groups.get(key);
    if (group) group.push(failure);
    else groups.set(key, [failure]);
  }
  return [...groups.values()]
    .map((group) => causeOf(group))
    .sort((a, b) => b.count - a.count || Number(a.lastAt < b.lastAt) - Number(a.lastAt > b.lastAt));
}

function remembered(messages: Map<string, string>, message: string): string {
  const known = messages.get(message) ?? withoutDetails(message);
  messages.set(message, known);
  return known;
}

function causeOf(group: readonly Failure[]): FailureCause {
  const times = group.map(({ endedAt }) => endedAt.getTime());
  const last = Math.max(...times);
  const example = group[times.indexOf(last)];
  if (!example) throw new Error('expected a cause to have a failure, got none');
  const { id, task, error, code, message } = example;
  return {
    ...{ task, error, code },
    message: message === null ? null : withoutDetails(message),
    count: group.length,
    firstAt: new Date(Math.min(...times)).toISOString(),
    lastAt: new Date(last).toISOString(),
    example: { runId: id, message },
  };
}
