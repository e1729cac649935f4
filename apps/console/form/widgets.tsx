import { Checkbox, MultiSelect, Select, Textarea, TextInput } from '@mantine/core';
import type { RegistryWidgetsType, WidgetProps } from '@rjsf/utils';
import { type ReactElement, useContext, useState } from 'react';
import styles from './form.module.css';
import { FrameContext } from './form-state.js';
import { numberTyped } from './lost-number.js';

/** Above this length a text gets a field of several lines. */
const longText = 120;

const textOf = (value: unknown): string => (value === undefined || value === null ? '' : String(value));

/** What holds if the field is left empty. */
const adviceOf = ({ schema, placeholder }: WidgetProps): string | undefined =>
  schema.default === undefined ? placeholder || undefined : `${textOf(schema.default)} if left empty`;

/** What every field is given; its name and its faults stand in the frame around it. */
function useCommon(props: WidgetProps) {
  const { describedBy, hasFault } = useContext(FrameContext);
  return {
    id: props.id,
    size: 'xs',
    className: styles['short'],
    disabled: props.disabled === true || props.readonly === true,
    error: hasFault,
    'aria-describedby': describedBy,
    'aria-required': props.required === true || undefined,
  } as const;
}

/** Numbers come here, too: their field is that for texts. */
const TextWidget = (props: WidgetProps): ReactElement =>
  props.schema.type === 'number' || props.schema.type === 'integer' ? (
    <NumberWidget {...props} />
  ) : (
    <WordsWidget {...props} />
  );

function WordsWidget(props: WidgetProps): ReactElement {
  const common = useCommon(props);
  const { schema, value, onChange } = props;
  const isLong = typeof value === 'string' && (value.length > longText || value.includes('\n'));
  const change = (text: string): void => onChange(text === '' ? undefined : text);
  if (isLong || (typeof schema.maxLength === 'number' && schema.maxLength > 2_000)) {
    return (
      <Textarea
        {...common}
        className={styles['words']}
        autosize
        minRows={2}
        maxRows={12}
        value={textOf(value)}
        placeholder={adviceOf(props)}
        onChange={(event) => change(event.currentTarget.value)}
      />
    );
  }
  return (
    <TextInput
      {...common}
      className={styles['words']}
      value={textOf(value)}
      placeholder={adviceOf(props)}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}

/** Takes whatever is typed: what is no number, or would not be kept as one, is a fault beside the field, and is not thrown away. */
function NumberWidget(props: WidgetProps): ReactElement {
  const common = useCommon(props);
  const { schema, value, onChange } = props;
  const [typed, setTyped] = useState(textOf(value));
  const shown = Object.is(numberTyped(typed), value) ? typed : textOf(value);
  const { minimum, maximum } = schema;
  const bounds =
    minimum !== undefined && maximum !== undefined
      ? `${minimum} to ${maximum}`
      : minimum !== undefined
        ? `${minimum} or more`
        : maximum !== undefined
          ? `${maximum} or less`
          : undefined;
  return (
    <TextInput
      {...common}
      inputMode={schema.type === 'integer' && (minimum ?? -1) >= 0 ? 'numeric' : 'text'}
      value={shown}
      placeholder={adviceOf(props) ?? bounds}
      onChange={(event) => {
        const text = event.currentTarget.value;
        setTyped(text);
        onChange(numberTyped(text));
      }}
    />
  );
}

/** Yes, no, or not given, which is not the same as no. */
function BooleanWidget(props: WidgetProps): ReactElement {
  const common = useCommon(props);
  const { schema, value, onChange, required, label } = props;
  if (required && schema.default === undefined) {
    return (
      <Checkbox
        {...common}
        label="Yes"
        aria-label={label}
        checked={value === true}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    );
  }
  return (
    <Select
      {...common}
      data={[
        { value: 'true', label: 'yes' },
        { value: 'false', label: 'no' },
      ]}
      value={typeof value === 'boolean' ? String(value) : null}
      placeholder={
        schema.default === undefined ? 'not given' : `${schema.default === true ? 'yes' : 'no'} if not given`
      }
      onChange={(chosen) => onChange(chosen === null ? undefined : chosen === 'true')}
      clearable
      allowDeselect={false}
    />
  );
}

function SelectWidget(props: WidgetProps): ReactElement {
  const common = useCommon(props);
  const { value, onChange, required, multiple, options, label, schema } = props;
  const choices = options.enumOptions ?? [];
  // By number: values may be of any type.
  const data = choices.map((choice, index) => ({ value: String(index), label: choice.label }));
  const indexOf = (each: unknown): number => choices.findIndex((choice) => choice.value === each);
  const choiceAt = (index: string): unknown => choices[Number(index)]?.value;
  if (multiple) {
    const chosen: readonly unknown[] = Array.isArray(value) ? value : [];
    return (
      <MultiSelect
        {...common}
        data={data}
        value={chosen.map((each) => String(indexOf(each))).filter((each) => each !== '-1')}
        onChange={(indexes) => onChange(indexes.length === 0 ? undefined : indexes.map(choiceAt))}
        placeholder={chosen.length === 0 ? 'not given' : ''}
        clearable
      />
    );
  }
  const isKind = props.id.endsWith('_select');
  const index = indexOf(value);
  return (
    <Select
      {...common}
      aria-label={isKind ? `Kind of ${label || 'value'}` : undefined}
      data={data}
      value={index === -1 ? null : String(index)}
      onChange={(chosen) => onChange(chosen === null ? undefined : choiceAt(chosen))}
      placeholder={schema.default === undefined || isKind ? 'choose' : `${textOf(schema.default)} if not given`}
      clearable={!required && !isKind}
      allowDeselect={false}
      searchable={data.length > 8}
    />
  );
}

function DateWidget(props: WidgetProps): ReactElement {
  const common = useCommon(props);
  const { value, onChange } = props;
  const isDay = value === undefined || /^\d{4}-\d\d-\d\d$/.test(textOf(value));
  return (
    <TextInput
      {...common}
      // A text that is no day, from JSON or another person, is shown as it is.
      type={isDay ? 'date' : 'text'}
      value={textOf(value)}
      onChange={(event) => onChange(event.currentTarget.value === '' ? undefined : event.currentTarget.value)}
    />
  );
}

/** Typed in the viewer's zone, kept in UTC. */
function DateTimeWidget(props: WidgetProps): ReactElement {
  const common = useCommon(props);
  const { value, onChange } = props;
  const isTime = value === undefined || !Number.isNaN(Date.parse(textOf(value)));
  return (
    <TextInput
      {...common}
      type={isTime ? 'datetime-local' : 'text'}
      step={1}
      value={isTime ? localTime(textOf(value)) : textOf(value)}
      description={`in your zone, ${Intl.DateTimeFormat().resolvedOptions().timeZone}`}
      inputWrapperOrder={['input', 'description']}
      onChange={(event) => {
        const text = event.currentTarget.value;
        const time = new Date(text);
        onChange(text === '' ? undefined : Number.isNaN(time.getTime()) ? text : time.toISOString());
      }}
    />
  );
}

function localTime(value: string): string {
  if (value === '') return '';
  const time = new Date(value);
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

function LongTextWidget(props: WidgetProps): ReactElement {
  const common = useCommon(props);
  return (
    <Textarea
      {...common}
      className={styles['mono']}
      autosize
      minRows={2}
      maxRows={16}
      value={textOf(props.value)}
      placeholder={adviceOf(props)}
      onChange={(event) => props.onChange(event.currentTarget.value === '' ? undefined : event.currentTarget.value)}
    />
  );
}

export const widgets: RegistryWidgetsType = {
  TextWidget,
  TextareaWidget: LongTextWidget,
  UpDownWidget: NumberWidget,
  CheckboxWidget: BooleanWidget,
  RadioWidget: SelectWidget,
  SelectWidget,
  CheckboxesWidget: SelectWidget,
  DateWidget,
  DateTimeWidget,
  EmailWidget: TextWidget,
  URLWidget: TextWidget,
};
