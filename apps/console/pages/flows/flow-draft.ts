import { useDraft } from '../../form/use-draft.js';

/** The flow that somebody composes, as the browser keeps it. */
export interface FlowDraft {
  /** The input of the task `flow`. */
  readonly input: unknown;
  readonly view: 'steps' | 'json';
  /** Text of the JSON view that is no JSON yet. */
  readonly broken?: string | undefined;
  /** Pointer of the step that is looked at. */
  readonly chosen?: string | undefined;
  /** Runs that were started here, the newest first. */
  readonly started: readonly string[];
}

export const emptyFlow = { steps: [] };

const isDraft = (found: object): found is FlowDraft =>
  'input' in found && 'view' in found && 'started' in found && Array.isArray(found.started);

/** Kept until somebody begins a new flow, also when the browser is closed. */
export const useFlowDraft = () =>
  useDraft<FlowDraft>('flow', { input: emptyFlow, view: 'steps', started: [] }, isDraft, 'local');

/** Something to begin with: runs anywhere, since it needs no files. */
export const exampleFlow = {
  steps: [
    { key: 'numbers', task: 'task1', input: { numbers: [3, 1, 4, 1, 5, 9, 2, 6] } },
    {
      key: 'checks',
      after: ['numbers'],
      group: {
        steps: [
          { key: 'images', task: 'summarize-images', input: {} },
          { key: 'rows', task: 'count-rows', input: {} },
        ],
      },
    },
    {
      key: 'if-failed',
      task: 'task2',
      after: ['numbers'],
      when: { step: 'numbers', state: 'failed' },
      input: { numbers: [0] },
    },
  ],
};
