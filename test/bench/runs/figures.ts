import type { CarrierKind } from '../../helpers/platform.js';
import type { StatementFigures } from './counters.js';
import type { Section } from './options.js';

/** Figures by name; the report knows the names. */
export type Figures = Readonly<Record<string, number>>;

/** What is measured: compared are those that differ in nothing but who did it. */
export interface Subject {
  readonly section: Section;
  /** A build of Millrace or another queue. */
  readonly who: string;
  readonly carrier: CarrierKind;
  /** Number of runs, invocations, steps or children; 0 of an idle platform. */
  readonly units: number;
}

/** One measurement of one round. */
export interface Measurement extends Subject {
  readonly round: number;
  readonly figures: Figures;
  /** Of a sequence: the medians of each hundred, in milliseconds. */
  readonly hundreds?: readonly number[];
  /** What PostgreSQL was asked most. */
  readonly statements?: readonly StatementFigures[];
  /** Why there are no figures. */
  readonly failure?: string;
}

/** The value in the middle, of two in the middle the larger one; NaN of none. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** The value that a share of all is below, for example 0.95; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  return (
    [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN
  );
}

/** From each moment to the next. @param moments in any order */
export function gapsOf(moments: readonly number[]): number[] {
  const sorted = [...moments].sort((a, b) => a - b);
  return sorted.slice(1).map((moment, index) => moment - (sorted[index] ?? moment));
}

/** The median of each hundred values, in their order; what is left over at the end counts from fifty values on. */
export function mediansByHundred(values: readonly number[]): number[] {
  const hundreds: number[] = [];
  for (let from = 0; from < values.length; from += 100) {
    const part = values.slice(from, from + 100);
    if (from === 0 || part.length >= 50) hundreds.push(median(part));
  }
  return hundreds;
}

/** Whether two measurements are of one thing, in another round. */
export function isSameSubject(a: Subject, b: Subject): boolean {
  return a.section === b.section && a.who === b.who && a.carrier === b.carrier && a.units === b.units;
}

/** Of several rounds the one in the middle by a figure; one that failed only when all have. */
export function middleOf(rounds: readonly Measurement[], by: string): Measurement | undefined {
  const done = rounds.filter(({ failure }) => failure === undefined);
  if (done.length === 0) return rounds[0];
  return [...done].sort((a, b) => (a.figures[by] ?? 0) - (b.figures[by] ?? 0))[done.length >> 1];
}
