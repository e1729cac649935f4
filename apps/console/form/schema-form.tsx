import { lazy, Suspense } from 'react';
import { LoadingNote } from '../ui/notes.js';
import type { SchemaFormProps } from './schema-form-props.js';

const Body = lazy(() => import('./schema-form-body.js').then((m) => ({ default: m.SchemaFormBody })));

/** A form for any JSON Schema, checked as one types, with the server's faults beside the fields. */
export function SchemaForm(props: SchemaFormProps) {
  return (
    <Suspense fallback={<LoadingNote what="the form" />}>
      <Body {...props} />
    </Suspense>
  );
}
