import { ActionIcon, Button, Group, Menu } from '@mantine/core';
import {
  IconAlertTriangle,
  IconArrowDown,
  IconArrowUp,
  IconCopy,
  IconDots,
  IconPlus,
  IconTrash,
} from '@tabler/icons-react';
import type { Fault } from '../../form/fault.js';
import {
  changeSteps,
  type Flow,
  freeKey,
  isGroup,
  modeOf,
  moveStep,
  type PlacedStep,
  removeStep,
  type Step,
  splitPointer,
  stepsOf,
  taskOfStep,
  withFields,
} from './flow.js';
import { countFaults } from './flow-faults.js';
import styles from './flows-page.module.css';

export interface StepListProps {
  readonly flow: Flow;
  readonly steps: readonly PlacedStep[];
  readonly chosen: string | undefined;
  readonly faults: readonly Fault[];
  onChoose(at: string): void;
  /** @param chosen the step that is looked at afterwards */
  onChange(flow: Flow, chosen: string | undefined): void;
}

/** The steps, those of groups below them: chosen, added, moved, copied, taken away. */
export function StepList(props: StepListProps) {
  return (
    <div>
      <Steps {...props} at="/steps" parent={undefined} />
      <AddButtons {...props} at="/steps" />
    </div>
  );
}

function Steps(props: StepListProps & { readonly at: string; readonly parent: PlacedStep | undefined }) {
  const own = props.steps.filter((each) => each.parent === props.parent);
  return (
    <ol className={styles['steps']}>
      {own.map((placed, index) => (
        <li key={placed.at}>
          <StepRow {...props} placed={placed} isFirst={index === 0} isLast={index === own.length - 1} />
          {isGroup(placed.step) && (
            <div className={styles['inner']}>
              <Steps {...props} at={`${placed.at}/group/steps`} parent={placed} />
              <AddButtons {...props} at={`${placed.at}/group/steps`} />
            </div>
          )}
        </li>
      ))}
    </ol>
  );
}

interface StepRowProps extends StepListProps {
  readonly placed: PlacedStep;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

function StepRow({ flow, placed, chosen, faults, isFirst, isLast, onChoose, onChange }: StepRowProps) {
  const { at, key, step } = placed;
  const { list, index } = splitPointer(at);
  const faultCount = countFaults(faults, at);
  const name = key === '' ? `step ${index + 1}` : key;
  const move =
    (by: -1 | 1) =>
    ({ currentTarget }: { readonly currentTarget: Element }): void => {
      const rows = currentTarget.closest('ol')?.children;
      onChange(moveStep(flow, at, by), `${list}/${index + by}`);
      // The focus goes along with the step, so that it can be moved on by the same key.
      requestAnimationFrame(() => {
        const buttons = rows?.[index + by]?.querySelectorAll<HTMLButtonElement>(':scope > div > [data-move]');
        [...(buttons ?? [])]
          .toSorted((a) => (a.dataset['move'] === String(by) ? -1 : 1))
          .find((each) => !each.disabled)
          ?.focus();
      });
    };
  const copy = (): void =>
    onChange(
      changeSteps(flow, list, (steps) => steps.toSpliced(index + 1, 0, copyOf(flow, step))),
      `${list}/${index + 1}`,
    );
  return (
    <div className={styles['row']} data-chosen={chosen === at || undefined}>
      <button type="button" className={styles['choose']} aria-pressed={chosen === at} onClick={() => onChoose(at)}>
        <span className={styles['key']}>{name}</span>
        <span className="dim">
          {isGroup(step)
            ? `group, ${modeOf(step) === 'sequence' ? 'one after another' : 'at a time'}`
            : (taskOfStep(step) ?? 'no task yet')}
        </span>
        {faultCount > 0 && (
          <span className={styles['faultCount']}>
            <IconAlertTriangle size={13} aria-hidden /> {faultCount === 1 ? '1 fault' : `${faultCount} faults`}
          </span>
        )}
      </button>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="sm"
        disabled={isFirst}
        onClick={move(-1)}
        data-move={-1}
        aria-label={`Move ${name} up`}
      >
        <IconArrowUp size={14} aria-hidden />
      </ActionIcon>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="sm"
        disabled={isLast}
        onClick={move(1)}
        data-move={1}
        aria-label={`Move ${name} down`}
      >
        <IconArrowDown size={14} aria-hidden />
      </ActionIcon>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`More for ${name}`}>
            <IconDots size={14} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconCopy size={14} aria-hidden />} onClick={copy}>
            Copy
          </Menu.Item>
          <Menu.Item
            leftSection={<IconTrash size={14} aria-hidden />}
            onClick={() => onChange(removeStep(flow, at), undefined)}
          >
            Remove
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}

/** A copy with keys of its own, also within groups. */
function copyOf(flow: Flow, step: Step): Step {
  let grown = flow;
  const copy = (each: Step): Step => {
    const key = freeKey(grown, String(each.key ?? 'step'));
    grown = { steps: [...grown.steps, { key }] };
    const { group } = each;
    return withFields(each, {
      key,
      group: typeof group === 'object' && group !== null ? { ...group, steps: stepsOf(each).map(copy) } : group,
    });
  };
  return copy(step);
}

function AddButtons({ flow, at, onChange }: StepListProps & { readonly at: string }) {
  const add = (step: Step): void => {
    let index = 0;
    const changed = changeSteps(flow, at, (steps) => {
      index = steps.length;
      return [...steps, step];
    });
    onChange(changed, `${at}/${index}`);
  };
  return (
    <Group gap={6} my={6}>
      <Button
        variant="default"
        leftSection={<IconPlus size={14} aria-hidden />}
        onClick={() => add({ key: freeKey(flow, 'step') })}
      >
        Add a step
      </Button>
      <Button
        variant="subtle"
        leftSection={<IconPlus size={14} aria-hidden />}
        onClick={() => add({ key: freeKey(flow, 'group'), group: { steps: [{ key: freeKey(flow, 'step') }] } })}
      >
        Add a group
      </Button>
    </Group>
  );
}
