import type { Config } from '#config/config.js';
import { describeRedis } from '#queue/redis.js';

/** What is where, once everything runs. */
export interface SummaryFacts {
  readonly config: Config;
  readonly database: string;
  readonly faceModel: string;
  /** From the start of the supervisor until all processes were ready. */
  readonly tookMs: number;
}

/** The lines that `npm start` shows when everything runs. Holds no password and no token. */
export function renderSummary({ config, database, faceModel, tookMs }: SummaryFacts): string {
  const base = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${config.port}`;
  const rows: [string, string][] = [
    ['inbox', `${config.inboxDir} — drop files here`],
    ['console', `${base}/`],
    ['API', `${base}/docs (description: ${base}/api/openapi.json)`],
    ['queues', `${base}/queues`],
    ['database', database],
    ['carrier', describeCarrier(config)],
    ['workers', `${config.workers} ${config.workers === 1 ? 'process' : 'processes'}`],
    ['face model', faceModel],
    ['access', describeAccess(config)],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  const lines = rows.map(([label, text]) => `  ${label.padEnd(width)}  ${text}`);
  return ['', `Millrace is ready (${(tookMs / 1000).toFixed(1)} s). Ctrl-C stops it.`, ...lines, ''].join('\n');
}

function describeAccess({ apiToken, adminUser }: Config): string {
  const ways = [...(apiToken === undefined ? [] : ['API_TOKEN']), ...(adminUser === undefined ? [] : ['ADMIN_USER'])];
  return ways.length === 0 ? 'open, this machine only' : `with ${ways.join(' or ')}`;
}

function describeCarrier({ redisUrl }: Config): string {
  if (redisUrl === undefined) return 'BullMQ in the same PostgreSQL (set REDIS_URL for Redis)';
  return `BullMQ on Redis at ${describeRedis(redisUrl)}`;
}
