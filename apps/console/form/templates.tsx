import { ActionIcon, Button, TextInput } from '@mantine/core';
import {
  ADDITIONAL_PROPERTY_FLAG,
  type ArrayFieldItemTemplateProps,
  type ArrayFieldTemplateProps,
  canExpand,
  type FieldTemplateProps,
  type MultiSchemaFieldTemplateProps,
  type ObjectFieldTemplateProps,
  type RJSFSchema,
  type TemplatesType,
} from '@rjsf/utils';
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react';
import styles from './form.module.css';
import { useFormState, WithinUnion } from './form-state.js';
import { FieldFrame } from './frame.js';
import { writeReference } from './reference.js';

/** A field with its name; of an object that takes any property, with a field for the name and a way to take it away. */
function FieldTemplate(props: FieldTemplateProps) {
  const { id, fieldPathId, label, rawDescription, required, schema, children, hidden, onChange } = props;
  const { referables } = useFormState();
  if (hidden) return <div hidden>{children}</div>;
  const first = referables?.[0];
  const { path } = fieldPathId;
  const frame = (
    <FieldFrame
      id={id}
      path={path}
      label={typeof path.at(-1) === 'number' ? `Item ${Number(path.at(-1)) + 1}` : label}
      about={rawDescription}
      isRequired={required === true}
      isBrief={isBrief(schema)}
      isGroup={schema.type === 'object' || schema.type === 'array' || 'anyOf' in schema || 'oneOf' in schema}
      onRefer={first && (() => onChange(writeReference(first.reference), path))}
    >
      {children}
    </FieldFrame>
  );
  if (!(ADDITIONAL_PROPERTY_FLAG in schema)) return frame;
  return (
    <div className={styles['additional']}>
      <TextInput
        size="xs"
        label="Name"
        key={label}
        defaultValue={label}
        onBlur={props.onKeyRenameBlur}
        disabled={props.disabled || props.readonly}
      />
      {frame}
      <ActionIcon variant="subtle" color="gray" mt={20} onClick={props.onRemoveProperty} aria-label={`Remove ${label}`}>
        <IconTrash size={15} aria-hidden />
      </ActionIcon>
    </div>
  );
}

/** Numbers, choices and days. */
const isBrief = ({ type, enum: choices, format }: RJSFSchema): boolean =>
  type === 'number' || type === 'integer' || type === 'boolean' || choices !== undefined || format === 'date';

function ObjectFieldTemplate(props: ObjectFieldTemplateProps) {
  const { properties, schema, uiSchema, formData, onAddProperty, disabled, readonly } = props;
  return (
    <div className={styles['fields']}>
      {properties.map(({ content }) => content)}
      {properties.length === 0 && !canExpand(schema, uiSchema, formData) && (
        <div className={styles['small']}>There is nothing to fill in.</div>
      )}
      {canExpand(schema, uiSchema, formData) && (
        <div>
          <Button
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={onAddProperty}
            disabled={disabled || readonly}
          >
            Add a property
          </Button>
        </div>
      )}
    </div>
  );
}

function ArrayFieldTemplate({ items, canAdd, onAddClick, disabled, readonly }: ArrayFieldTemplateProps) {
  return (
    <div className={styles['fields']}>
      {items}
      {canAdd && (
        <div>
          <Button
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={onAddClick}
            disabled={disabled || readonly}
          >
            Add an item
          </Button>
        </div>
      )}
    </div>
  );
}

function ArrayFieldItemTemplate({ children, buttonsProps, index }: ArrayFieldItemTemplateProps) {
  const { hasMoveUp, hasMoveDown, hasRemove, onMoveUpItem, onMoveDownItem, onRemoveItem, disabled } = buttonsProps;
  const name = `item ${index + 1}`;
  return (
    <div className={styles['item']}>
      <div className={styles['itemBody']}>{children}</div>
      <ActionIcon.Group>
        {(hasMoveUp || hasMoveDown) && (
          <>
            <ActionIcon
              variant="default"
              disabled={disabled || !hasMoveUp}
              onClick={onMoveUpItem}
              aria-label={`Move ${name} up`}
            >
              <IconArrowUp size={14} aria-hidden />
            </ActionIcon>
            <ActionIcon
              variant="default"
              disabled={disabled || !hasMoveDown}
              onClick={onMoveDownItem}
              aria-label={`Move ${name} down`}
            >
              <IconArrowDown size={14} aria-hidden />
            </ActionIcon>
          </>
        )}
        {hasRemove && (
          <ActionIcon variant="default" disabled={disabled} onClick={onRemoveItem} aria-label={`Remove ${name}`}>
            <IconTrash size={14} aria-hidden />
          </ActionIcon>
        )}
      </ActionIcon.Group>
    </div>
  );
}

/** A union: which kind of value it is, then the fields of that kind. */
function MultiSchemaFieldTemplate({ selector, optionSchemaField }: MultiSchemaFieldTemplateProps) {
  return (
    <div className={styles['fields']}>
      {selector}
      <WithinUnion value={true}>{optionSchemaField}</WithinUnion>
    </div>
  );
}

const Nothing = () => null;

/** How the parts of a form look; names, descriptions and faults are the frame's. */
export const templates: Partial<Omit<TemplatesType, 'ButtonTemplates'>> = {
  FieldTemplate,
  ObjectFieldTemplate,
  ArrayFieldTemplate,
  ArrayFieldItemTemplate,
  MultiSchemaFieldTemplate,
  DescriptionFieldTemplate: Nothing,
  TitleFieldTemplate: Nothing,
  ArrayFieldTitleTemplate: Nothing,
  ArrayFieldDescriptionTemplate: Nothing,
  FieldErrorTemplate: Nothing,
  FieldHelpTemplate: Nothing,
  ErrorListTemplate: Nothing,
};
