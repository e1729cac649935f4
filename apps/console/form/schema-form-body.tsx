// By its own file: see any-field.tsx.

import Form from '@rjsf/core/lib/components/Form.js';
import StringField from '@rjsf/core/lib/components/fields/StringField.js';
import type { Experimental_DefaultFormStateBehavior, ValidatorType } from '@rjsf/utils';
import { useCallback, useId, useMemo, useRef, useState } from 'react';
import { AnyField } from './any-field.js';
import { findFaults, fits } from './check.js';
import { type Fault, faultsByField, faultsThatHold, valueAt } from './fault.js';
import { byField, FormContext, type FormState } from './form-state.js';
import { lossOf } from './lost-number.js';
import { hasReference } from './reference.js';
import type { SchemaFormProps } from './schema-form-props.js';
import { shownSchema } from './shown-schema.js';
import { templates } from './templates.js';
import { widgets } from './widgets.js';

/** The library's field for numbers rounds what is typed; our widget for them needs none. */
const fields = { SchemaField: AnyField, NumberField: StringField };

/** The library asks which kind of a union a value is of; faults are found by ourselves, and shown by the frames. */
const validator: ValidatorType = {
  isValid: (schema, value, root) =>
    hasReference(value) || fits('$ref' in schema ? { ...root, ...schema } : schema, value),
  validateFormData: () => ({ errors: [], errorSchema: {} }),
  rawValidation: () => ({ errors: [] }),
};

/** What is not given stays away: the task's own defaults hold then, and the field says which. */
const noDefaults: Experimental_DefaultFormStateBehavior = {
  emptyObjectFields: 'skipDefaults',
  arrayMinItems: { populate: 'never' },
  allOf: 'skipDefaults',
  constAsDefaults: 'never',
};

const noFaults: readonly Fault[] = [];

/** The form itself, with the library that reads JSON Schema; loaded when a form is shown. */
export function SchemaFormBody(props: SchemaFormProps) {
  const { schema, value, onChange, faults = noFaults, label, referables, onBroken, isDisabled = false } = props;
  const id = useId();
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const broken = useRef(new Set<string>());
  const judged = useRef({ faults, value });
  if (judged.current.faults !== faults) judged.current = { faults, value };

  const touch = useCallback(
    (pointer: string) => setTouched((before) => (before.has(pointer) ? before : new Set([...before, pointer]))),
    [],
  );
  const setBroken = useCallback(
    (pointer: string, isBroken: boolean) => {
      const before = broken.current.size;
      if (isBroken) broken.current.add(pointer);
      else broken.current.delete(pointer);
      if (before !== broken.current.size) onBroken?.(broken.current.size > 0);
    },
    [onBroken],
  );
  const found = useMemo(() => findFaults(schema, value), [schema, value]);
  const shown = useMemo(() => {
    // The server got a text instead, and does not know why.
    const lost = new Set(
      found.filter(({ path }) => lossOf(valueAt(value, path)) !== undefined).map(({ path }) => path),
    );
    const held = faultsByField(faultsThatHold(faults, judged.current.value, value));
    const servers = held.filter(({ path }) => !lost.has(path));
    const known = new Set(servers.map(({ path }) => path));
    const isTouched = (path: string): boolean =>
      touched.has(path) || [...touched].some((each) => each !== '' && path.startsWith(`${each}/`));
    return byField([...servers, ...found.filter(({ path }) => !known.has(path) && isTouched(path))]);
  }, [faults, value, found, touched]);
  const state: FormState = useMemo(
    () => ({ faults: shown, touch, setBroken, referables, isDisabled }),
    [shown, touch, setBroken, referables, isDisabled],
  );
  return (
    <FormContext value={state}>
      <Form
        tagName="div"
        idPrefix={id}
        schema={shownSchema(schema)}
        formData={value ?? (isObjectSchema(schema) ? {} : undefined)}
        validator={validator}
        fields={fields}
        templates={templates}
        widgets={widgets}
        noValidate
        showErrorList={false}
        disabled={isDisabled}
        experimental_defaultFormStateBehavior={noDefaults}
        onChange={({ formData }) => onChange(withoutGaps(formData))}
        aria-label={label}
      >
        {/* Without a child it would have a button of its own. */}
        <span hidden />
      </Form>
    </FormContext>
  );
}

const isObjectSchema = (schema: object): boolean => Reflect.get(schema, 'type') === 'object';

/** Without properties that are undefined, which JSON does not have. */
function withoutGaps(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutGaps);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .map(([name, each]) => [name, withoutGaps(each)]),
  );
}
