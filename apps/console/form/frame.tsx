import { ActionIcon, Tooltip } from '@mantine/core';
import { IconLink } from '@tabler/icons-react';
import { type ReactNode, useContext } from 'react';
import { type Path, pointerOf } from './fault.js';
import styles from './form.module.css';
import { FrameContext, useFormState, WithinUnion } from './form-state.js';

export interface FieldFrameProps {
  readonly id: string;
  readonly path: Path;
  readonly label: string;
  readonly about?: string | undefined;
  readonly isRequired: boolean;
  /** Takes little room, so that another one may stand beside it. */
  readonly isBrief?: boolean;
  /** Has fields of its own below its label. */
  readonly isGroup?: boolean;
  /** Puts a reference in place of the value. */
  readonly onRefer?: (() => void) | undefined;
  readonly children: ReactNode;
}

/** What stands around a field: its name, what it is, and beside it what is wrong with it. */
export function FieldFrame(props: FieldFrameProps) {
  const { id, path, label, about, isRequired, isBrief = false, isGroup = false, onRefer, children } = props;
  const { faults, touch, referables, isDisabled } = useFormState();
  const isWithinUnion = useContext(WithinUnion);
  const pointer = pointerOf(path);
  const own = isWithinUnion ? [] : (faults.get(pointer) ?? []);
  const aboutId = about ? `${id}-about` : undefined;
  const faultsId = own.length > 0 ? `${id}-faults` : undefined;
  const describedBy = [aboutId, faultsId].filter((each) => each !== undefined).join(' ') || undefined;
  const isRoot = path.length === 0;
  const hasHead = !isRoot && !isWithinUnion;
  const name = (
    <>
      {label}
      {isRequired && (
        <span className={styles['needed']} aria-hidden title="needed">
          *
        </span>
      )}
    </>
  );
  const words = (
    <>
      {hasHead && (
        <div className={styles['head']}>
          {isGroup ? (
            <span id={`${id}-label`} className={styles['label']}>
              {name}
            </span>
          ) : (
            <label id={`${id}-label`} htmlFor={id} className={styles['label']}>
              {name}
            </label>
          )}
          {onRefer && referables && referables.length > 0 && (
            <Tooltip label="Take it from an output">
              <ActionIcon
                size={24}
                variant="subtle"
                color="gray"
                onClick={onRefer}
                disabled={isDisabled}
                aria-label={`Take ${label} from an output`}
              >
                <IconLink size={13} aria-hidden />
              </ActionIcon>
            </Tooltip>
          )}
        </div>
      )}
      {about && !isWithinUnion && !isRoot && (
        <div id={aboutId} className={styles['about']}>
          {about}
        </div>
      )}
      <FrameContext value={{ describedBy, hasFault: own.length > 0 }}>
        <WithinUnion value={false}>
          <div className={isGroup && !isRoot ? styles['nested'] : undefined}>{children}</div>
        </WithinUnion>
      </FrameContext>
      {own.length > 0 && (
        <ul id={faultsId} className={styles['faults']}>
          {own.map((message) => (
            <li key={message}>{message}</li>
          ))}
        </ul>
      )}
    </>
  );
  if (isGroup || isRoot) {
    return hasHead ? (
      <fieldset className={styles['field']} aria-labelledby={`${id}-label`}>
        {words}
      </fieldset>
    ) : (
      words
    );
  }
  return (
    // Faults are shown where somebody was: an empty form is not full of them.
    // biome-ignore lint/a11y/noStaticElementInteractions: it only listens to what is done in the field within
    <div
      className={isWithinUnion ? undefined : `${styles['field']} ${isBrief ? styles['brief'] : ''}`}
      onBlur={() => touch(pointer)}
      onInput={() => touch(pointer)}
    >
      {words}
    </div>
  );
}
