/** Values that a span says of itself. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** How a span begins. */
export interface SpanOptions {
  /** `server`: answers a request. `producer`: records what another process takes up. `consumer`: takes it up. */
  readonly kind?: 'server' | 'producer' | 'consumer';
  readonly attributes?: SpanAttributes;
  /**
   * W3C's traceparent of the span above; null: none, this one begins a trace. If not given, the span that this one is opened
   * in is above it.
   */
  readonly parent?: string | null | undefined;
}

/** A span under way. */
export interface Span {
  set(attributes: SpanAttributes): void;
  /** Marks it as failed. */
  fail(message: string): void;
  /** It was about nothing: it is not sent. */
  drop(): void;
}

/** A span whose begin and end lie in different functions. */
export interface OpenSpan extends Span {
  /** Calls a function, and all that it starts, within the span. */
  within(work: () => void): void;
  end(): void;
}

/** What sends spans away. */
export interface Tracing {
  inSpan<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T>;
  openSpan(name: string, options: SpanOptions): OpenSpan;
  /** W3C's traceparent of the span that this is called in. */
  active(): string | undefined;
}

/** Of this process; undefined while it traces nothing, which then costs nothing. */
let tracing: Tracing | undefined;

/** Has the spans of this process sent from now on. */
export function traceWith(given: Tracing): void {
  tracing = given;
}

const noSpan: Span = { set() {}, fail() {}, drop() {} };

/** Does work within a span, which ends as the work does. What it throws marks the span as failed. */
export const inSpan = <T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> =>
  tracing ? tracing.inSpan(name, options, work) : work(noSpan);

/** @returns undefined while nothing is traced */
export const openSpan = (name: string, options: SpanOptions): OpenSpan | undefined => tracing?.openSpan(name, options);

/** W3C's traceparent of the span that this is called in; undefined outside of one, and while nothing is traced. */
export const activeTrace = (): string | undefined => tracing?.active();
