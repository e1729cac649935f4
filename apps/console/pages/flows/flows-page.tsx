import { Button, Group, SegmentedControl, Text } from '@mantine/core';
import { IconCheck, IconPlayerPlay, IconPlus } from '@tabler/icons-react';
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react';
import { useMayChange } from '../../client/session.js';
import { useTasks } from '../../client/tasks.js';
import { faultsByField, faultsThatHold } from '../../form/fault.js';
import { JsonView } from '../../form/json-view.js';
import { EmptyNote, LoadingNote, ProblemNote } from '../../ui/notes.js';
import { Page } from '../../ui/page.js';
import { Panel } from '../../ui/panel.js';
import { QueryView } from '../../ui/query-view.js';
import { StartedRuns } from '../task/started-runs.js';
import { allStepsOf, type Flow, readFlow } from './flow.js';
import { exampleFlow, useFlowDraft } from './flow-draft.js';
import { FlowFaultsList } from './flow-faults-list.js';
import { FlowMenu, Replace } from './flow-menu.js';
import { orderOf } from './flow-order.js';
import styles from './flows-page.module.css';
import { StepForm } from './step-form.js';
import { StepList } from './step-list.js';
import { useEarlierFlow } from './use-earlier-flow.js';
import { useFlowRequests } from './use-flow-requests.js';

const FlowGraph = lazy(() => import('./flow-graph.js').then((m) => ({ default: m.FlowGraph })));

/** Composes a flow of tasks: its steps as forms, its graph, its JSON; checks and starts it. */
export function FlowsPage() {
  const [draft, setDraft] = useFlowDraft();
  const [isFormBroken, setFormBroken] = useState(false);
  // Another flow is another text: what was no JSON yet of the one before goes with it.
  const [round, setRound] = useState(0);
  const mayChange = useMayChange();
  const tasks = useTasks();
  const earlier = useEarlierFlow();
  const { input, view, broken, chosen } = draft;
  const requests = useFlowRequests((id) =>
    setDraft((before) => ({ ...before, started: [id, ...before.started].slice(0, 5) })),
  );
  const flow = useMemo(() => readFlow(input), [input]);
  const steps = useMemo(() => (flow ? allStepsOf(flow) : []), [flow]);
  const order = useMemo(() => orderOf(steps), [steps]);
  const { faults: found, judged } = requests;
  const faults = useMemo(() => faultsThatHold(faultsByField(found), judged, input), [found, judged, input]);
  const placed = steps.find(({ at }) => at === chosen);
  const isEmpty = steps.length === 0 && flow !== undefined;
  const isBroken = broken !== undefined || (view === 'steps' && isFormBroken);

  const choose = useCallback(
    (at: string) => setDraft((before) => ({ ...before, chosen: at, view: 'steps' })),
    [setDraft],
  );
  const load = (next: unknown): void => {
    requests.forget();
    setRound((before) => before + 1);
    setDraft((before) => ({ ...before, input: next, broken: undefined, chosen: '/steps/0' }));
  };
  const change = (next: (flow: Flow) => Flow): void =>
    setDraft((before) => {
      const now = readFlow(before.input);
      return now ? { ...before, input: next(now) } : before;
    });
  const { found: earlierFlow } = earlier;
  const mayLoadAtOnce =
    earlierFlow !== undefined && (isEmpty || JSON.stringify(earlierFlow.input) === JSON.stringify(input));
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each run that the address names
  useEffect(() => {
    if (!earlierFlow || !mayLoadAtOnce) return;
    load(earlierFlow.input);
    earlier.done();
  }, [earlierFlow, mayLoadAtOnce]);

  const started = <StartedRuns ids={draft.started} />;
  return (
    <Page
      title="Flow editor"
      about="What runs after what, on which condition, with which outputs. It stays in this browser."
      actions={
        <>
          <FlowMenu input={input} isEmpty={isEmpty} onLoad={load} />
          <Button
            variant="default"
            leftSection={<IconCheck size={14} aria-hidden />}
            loading={requests.busy === 'check'}
            disabled={isEmpty || isBroken}
            onClick={() => void requests.check(input)}
          >
            Check
          </Button>
          <Button
            leftSection={<IconPlayerPlay size={14} aria-hidden />}
            loading={requests.busy === 'start'}
            disabled={isEmpty || isBroken || !mayChange}
            title={mayChange ? undefined : 'You may look at flows, but not start them'}
            onClick={() => void requests.start(input)}
          >
            Start
          </Button>
        </>
      }
    >
      <div className={styles['page']}>
        {earlier.error != null && <ProblemNote error={earlier.error} />}
        {earlierFlow && !mayLoadAtOnce && <Replace input={earlierFlow.input} onLoad={load} onClose={earlier.done} />}
        {faults.length > 0 && <FlowFaultsList faults={faults} steps={steps} onChoose={choose} />}
        {requests.error != null && found.length === 0 && <ProblemNote error={requests.error} />}
        {requests.isRight && judged === input && (
          <Text size="sm" role="status" c="var(--mr-good)">
            <IconCheck size={14} aria-hidden /> Nothing is wrong with the flow.
          </Text>
        )}
        {steps.length > 0 && (
          <Panel title="Graph">
            <Suspense fallback={<LoadingNote what="the graph" />}>
              <FlowGraph steps={steps} faults={faults} chosen={chosen} onChoose={choose} />
            </Suspense>
          </Panel>
        )}
        <Group>
          <SegmentedControl
            size="xs"
            aria-label="How the flow is shown"
            value={flow ? view : 'json'}
            data={[
              { value: 'steps', label: 'Steps', disabled: broken !== undefined || !flow },
              { value: 'json', label: 'JSON' },
            ]}
            onChange={(next) => setDraft((before) => ({ ...before, view: next === 'json' ? 'json' : 'steps' }))}
          />
          {isBroken && (
            <Text size="xs" c="dimmed">
              JSON with a fault in it cannot be checked or started.
            </Text>
          )}
        </Group>
        {view === 'json' || !flow ? (
          <>
            <Panel title="Input of the task flow">
              <JsonView
                key={round}
                label="The flow as JSON"
                value={input}
                onChange={(next) => setDraft((before) => ({ ...before, input: next }))}
                broken={broken}
                onBroken={(text) => setDraft((before) => ({ ...before, broken: text }))}
              />
            </Panel>
            {started}
          </>
        ) : (
          <QueryView query={tasks} what="the tasks">
            {({ items }) => (
              <div className={styles['columns']}>
                <div className={styles['page']}>
                  <Panel title="Steps">
                    <StepList
                      flow={flow}
                      steps={steps}
                      chosen={chosen}
                      faults={faults}
                      onChoose={choose}
                      onChange={(next, at) => setDraft((before) => ({ ...before, input: next, chosen: at }))}
                    />
                  </Panel>
                  {started}
                </div>
                <Panel title={placed ? `Step ${placed.key}` : 'Step'}>
                  {placed ? (
                    <StepForm
                      key={placed.at}
                      placed={placed}
                      order={order}
                      tasks={items}
                      faults={faults}
                      onChange={change}
                      onBroken={setFormBroken}
                    />
                  ) : isEmpty ? (
                    <EmptyNote title="The flow has no steps yet">
                      Add one, or look at how one is made:{' '}
                      <Button
                        variant="default"
                        leftSection={<IconPlus size={14} aria-hidden />}
                        onClick={() => load(exampleFlow)}
                      >
                        Begin with an example
                      </Button>
                    </EmptyNote>
                  ) : (
                    <EmptyNote title="Choose a step">
                      In the list or in the graph; here it can be changed then.
                    </EmptyNote>
                  )}
                </Panel>
              </div>
            )}
          </QueryView>
        )}
      </div>
    </Page>
  );
}
