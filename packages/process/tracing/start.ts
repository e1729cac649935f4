import { messageOf } from '#contracts/errors.js';
import type { Logger } from '../log.js';
import type { Releasers } from '../releasers.js';
import { withTimeLimit } from '../time-limit.js';
import { traceWith } from './spans.js';

/** Where spans are sent. */
export interface TracingConfig {
  /** The base address of a receiver of OTLP over HTTP; `/v1/traces` is added. */
  readonly otelExporterOtlpEndpoint?: string | undefined;
  /** The whole address for traces; goes before the other. */
  readonly otelExporterOtlpTracesEndpoint?: string | undefined;
  /** Headers as `name=value,name=value`, percent-encoded. */
  readonly otelExporterOtlpHeaders?: string | undefined;
}

export interface TracingOptions {
  readonly config: TracingConfig;
  /** The service's name, where OTEL_SERVICE_NAME does not say another. */
  readonly service: string;
  readonly log: Logger;
  readonly releasers: Releasers;
}

/** How long the last spans may take to be sent, in milliseconds. */
const lastMs = 3_000;

/**
 * Has the spans of this process sent to a receiver, if the settings name one. Nothing of OpenTelemetry is imported before. To be
 * called first of all, so that it is released last: what ends during the stop is sent as well.
 */
export async function startTracing({ config, service, log, releasers }: TracingOptions): Promise<void> {
  const { otelExporterOtlpEndpoint: base, otelExporterOtlpTracesEndpoint, otelExporterOtlpHeaders } = config;
  const url = otelExporterOtlpTracesEndpoint ?? (base && `${base.replace(/\/+$/, '')}/v1/traces`);
  if (url === undefined) return;
  const { openTelemetry } = await import('./open-telemetry.js');
  const { tracing, close } = openTelemetry({
    ...{ url, service },
    headers: headersOf(otelExporterOtlpHeaders ?? ''),
    onTrouble: (error) =>
      log.warn(
        `spans cannot be sent to ${hostOf(url)}: ${messageOf(error)}; this is said once, and nothing waits for them`,
      ),
    onWorking: () => log.info(`spans are sent to ${hostOf(url)}`),
  });
  traceWith(tracing);
  releasers.add('traces', () => withTimeLimit(close(), lastMs, 'the receiver of traces').catch(() => {}));
}

/** Without what a proxy's address may have before and behind it. */
const hostOf = (url: string): string => new URL(url).origin;

function headersOf(text: string): Record<string, string> {
  const pairs = text.split(',').flatMap((pair) => {
    const [name = '', ...value] = pair.split('=');
    return name.trim() === '' ? [] : [[name.trim(), decodeURIComponent(value.join('=').trim())] as const];
  });
  return Object.fromEntries(pairs);
}
