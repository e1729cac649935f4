import { type Static, Type } from 'typebox';
import { component } from '../http/openapi/component.js';

/** What is looked at. */
export const checkNames = ['database', 'migrations', 'carrier', 'watcher', 'workers', 'queues'] as const;

/** What is missing for the platform to do its work, in words without anything that a stranger could use. */
export const FaultSchema = Type.Object(
  { check: Type.Enum([...checkNames]), reason: Type.String({ description: 'In words for people' }) },
  component('Fault', 'What is missing for the platform to do its work'),
);
export type Fault = Static<typeof FaultSchema>;
