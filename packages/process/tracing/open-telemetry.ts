import {
  context,
  type Span as OtelSpan,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace-node';
import { ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from '@opentelemetry/semantic-conventions';
import { messageOf } from '#contracts/errors.js';
import { readVersion } from '../version.js';
import type { OpenSpan, Span, SpanOptions, Tracing } from './spans.js';

export interface OpenTelemetryOptions {
  readonly url: string;
  readonly service: string;
  readonly headers: Record<string, string>;
  /** Called when spans cannot be sent, once until they can again. */
  onTrouble(error: unknown): void;
  /** Called when spans are sent, once until they cannot be. */
  onWorking(): void;
}

/** How long one try to send spans may take, in milliseconds. */
const sendMs = 5_000;

const kinds = { server: SpanKind.SERVER, producer: SpanKind.PRODUCER, consumer: SpanKind.CONSUMER } as const;

/**
 * Sends spans in the background, in batches; when too many wait, or nobody takes them, they are dropped. Sampling, resource
 * attributes and sizes of batches are as the variables OTEL_… of the specification say.
 */
export function openTelemetry(options: OpenTelemetryOptions): { tracing: Tracing; close(): Promise<void> } {
  const { url, service, headers } = options;
  const own = { [ATTR_SERVICE_NAME]: service, [ATTR_SERVICE_VERSION]: readVersion() };
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes(own).merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [
      new BatchSpanProcessor(watched(new OTLPTraceExporter({ url, headers, timeoutMillis: sendMs }), options)),
    ],
  });
  provider.register();
  const tracer = trace.getTracer('millrace');

  const begin = (name: string, { kind, attributes, parent }: SpanOptions): OtelSpan => {
    const above =
      parent === undefined
        ? context.active()
        : parent === null
          ? ROOT_CONTEXT
          : propagation.extract(ROOT_CONTEXT, { traceparent: parent });
    return tracer.startSpan(
      name,
      { ...(kind ? { kind: kinds[kind] } : {}), ...(attributes ? { attributes: { ...attributes } } : {}) },
      above,
    );
  };
  return {
    tracing: {
      async inSpan(name, given, work) {
        const span = begin(name, given);
        let isDropped = false;
        const handle: Span = {
          ...handleOf(span),
          drop() {
            isDropped = true;
          },
        };
        try {
          return await context.with(trace.setSpan(context.active(), span), () => work(handle));
        } catch (error) {
          span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
          throw error;
        } finally {
          // One that does not end is not sent.
          if (!isDropped) span.end();
        }
      },
      openSpan(name, given): OpenSpan {
        const span = begin(name, given);
        let isOver = false;
        return {
          ...handleOf(span),
          drop() {
            isOver = true;
          },
          within: (work) => context.with(trace.setSpan(context.active(), span), work),
          end() {
            if (!isOver) span.end();
            isOver = true;
          },
        };
      },
      active() {
        const carrier: { traceparent?: string } = {};
        propagation.inject(context.active(), carrier);
        return carrier.traceparent;
      },
    },
    close: () => provider.shutdown(),
  };
}

function handleOf(span: OtelSpan): Pick<Span, 'set' | 'fail'> {
  return {
    set: (attributes) => void span.setAttributes({ ...attributes }),
    fail: (message) => void span.setStatus({ code: SpanStatusCode.ERROR, message }),
  };
}

/** An exporter that says when it begins to fail, and when it works again. */
function watched(exporter: OTLPTraceExporter, { onTrouble, onWorking }: OpenTelemetryOptions): SpanExporter {
  let works: boolean | undefined;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const worked = result.error === undefined && result.code === 0;
        if (worked && works !== true) onWorking();
        if (!worked && works !== false) onTrouble(result.error ?? new Error('the receiver refused them'));
        works = worked;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush(),
  };
}
