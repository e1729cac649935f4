// By its own file: the package's entry names a test registry, too, which wants a validator that is not installed.
import getDefaultRegistry from '@rjsf/core/lib/getDefaultRegistry.js';
import type { FieldProps } from '@rjsf/utils';
import type { ReactNode } from 'react';
import { useFormState } from './form-state.js';
import { FieldFrame } from './frame.js';
import { JsonField } from './json-field.js';
import { ListField } from './list-field.js';
import { readReference, writeReference } from './reference.js';
import { ReferenceField } from './reference-field.js';
import { isFree, scalarOfList } from './shown-schema.js';

const { SchemaField } = getDefaultRegistry().fields;

/** Any field of a form: the library's, or one of ours for what it has none for: references, free JSON, lists of scalars. */
export function AnyField(props: FieldProps): ReactNode {
  const { schema, formData, fieldPathId, name, onChange, required } = props;
  const { referables } = useFormState();
  const { path, $id: id } = fieldPathId;
  const change = (value: unknown): void => onChange(value, path);
  const label = typeof path.at(-1) === 'number' ? `Item ${Number(path.at(-1)) + 1}` : (schema.title ?? name);
  const reference = referables && readReference(formData);
  const first = referables?.[0];
  const frame = {
    id,
    path,
    label,
    about: schema.description,
    isRequired: required === true,
  };
  if (reference) {
    return (
      <FieldFrame {...frame}>
        <ReferenceField id={id} label={label} value={reference} onChange={change} />
      </FieldFrame>
    );
  }
  const refer = first && (() => change(writeReference(first.reference)));
  if (isFree(schema)) {
    return (
      <FieldFrame {...frame} onRefer={refer}>
        <JsonField id={id} path={path} label={label || 'Value'} value={formData} onChange={change} />
      </FieldFrame>
    );
  }
  const scalar = scalarOfList(schema);
  if (scalar && (formData === undefined || (Array.isArray(formData) && formData.every(isScalar)))) {
    return (
      <FieldFrame {...frame} onRefer={refer}>
        <ListField id={id} path={path} of={scalar} value={formData} isRequired={required === true} onChange={change} />
      </FieldFrame>
    );
  }
  if (SchemaField === undefined) throw new Error('expected a SchemaField in the registry of @rjsf/core, found none');
  return <SchemaField {...props} />;
}

const isScalar = (value: unknown): boolean => typeof value !== 'object' || value === null;
