import type { FileReason } from '../../generated/api.js';
import type { Filter } from '../../ui/filter/filter.js';
import { fileStates } from '../../ui/states.js';

const optionOf = (value: string) => ({ value, label: value });

/** What the ledger can be narrowed by. */
export function fileFilters(
  sources: readonly { readonly name: string }[],
  reasons: readonly FileReason[],
  code: string | undefined,
): readonly Filter[] {
  const codes = new Set(reasons.flatMap((reason) => reason.code ?? []));
  if (code) codes.add(code);
  return [
    { name: 'path', label: 'Path', kind: 'text', isMain: true, hint: 'how it begins, or *part*' },
    {
      name: 'source',
      label: 'Source',
      kind: 'choice',
      isMain: true,
      options: sources.map(({ name }) => optionOf(name)),
    },
    { name: 'code', label: 'What is wrong', kind: 'choice', isMain: true, options: [...codes].sort().map(optionOf) },
    { name: 'state', label: 'State', kind: 'choice', isMany: true, options: Object.keys(fileStates).map(optionOf) },
    { name: 'runId', label: 'Run', kind: 'text', hint: 'a run’s id' },
    {
      name: 'waiting',
      label: 'Waits for rows of other files',
      kind: 'choice',
      options: [
        { value: 'true', label: 'yes' },
        { value: 'false', label: 'no' },
      ],
    },
  ];
}
