import { Type } from 'typebox';
import { words } from './setting-words.js';

/** Settings of what processes say of themselves: a part of all settings. */
export const telemetrySettings = {
  accessLog: Type.Enum(
    ['on', 'off'],
    words({
      description:
        'Whether the API logs a line for each request: method, route, address, status, time, bytes, who asked and the request’s id. Health checks and scrapes are logged with LOG_LEVEL=debug only.',
      default: 'on',
    }),
  ),
  healthPort: Type.Optional(
    Type.Integer(
      words({
        description:
          'TCP port on which a worker or a watcher says how it is: GET /livez and /readyz, for container platforms. One process each: npm start gives it to none of its processes. Unset: nothing listens. The API has its own.',
        minimum: 1,
        maximum: 65_535,
      }),
    ),
  ),
  healthHost: Type.String(
    words({
      description: 'Address that HEALTH_PORT listens on; what it says is nothing that a stranger could use.',
      expected: 'an IP address or a host name',
      pattern: '^[A-Za-z0-9._:-]+$',
      default: '127.0.0.1',
    }),
  ),
  otelExporterOtlpEndpoint: Type.Optional(
    Type.String(
      words({
        description:
          'Receiver of traces (OTLP over HTTP, JSON) by its base address; /v1/traces is added. Unset: nothing is traced. What else OpenTelemetry names OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES, OTEL_TRACES_SAMPLER and OTEL_BSP_… holds as well.',
        expected: 'an address like http://localhost:4318',
        pattern: '^https?://.',
        url: true,
      }),
    ),
  ),
  otelExporterOtlpTracesEndpoint: Type.Optional(
    Type.String(
      words({
        description: 'The whole address for traces; goes before OTEL_EXPORTER_OTLP_ENDPOINT.',
        expected: 'an address like http://localhost:4318/v1/traces',
        pattern: '^https?://.',
        url: true,
      }),
    ),
  ),
  otelExporterOtlpHeaders: Type.Optional(
    Type.String(
      words({
        description: 'Headers that the receiver of traces wants.',
        expected: 'name=value, more of them separated by commas',
        pattern: '^[^=,]+=[^,]*(,[^=,]+=[^,]*)*$',
        secret: true,
      }),
    ),
  ),
};
