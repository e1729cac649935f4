import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import type { HostileRequest } from '../helpers/hostile-requests.js';
import type { TestApi } from './api-fixture.js';

/** CPU time of this process so far, in ms: unlike the time of the clock it does not grow while others have the core. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** CPU time that an honest large body costs: read, looked at once in each of its items, written. In ms. */
function linearMs(): number {
  const text = JSON.stringify({ files: Array.from({ length: 100_000 }, (_, index) => String(index + 1)) });
  const once = (): number => {
    const start = cpuMs();
    const { files }: { files: string[] } = JSON.parse(text);
    const fit = files.filter((each) => /^[1-9][0-9]{0,17}$/.test(each));
    JSON.stringify(new Set(fit).size === files.length ? files : []);
    return cpuMs() - start;
  };
  const times = Array.from({ length: 9 }, once).sort((a, b) => a - b);
  return Math.max(4, times[4] ?? 0);
}

/**
 * How many times the linear cost a request may cost. What the API does beside looking at the body (recording a run,
 * asking PostgreSQL) is within; what grows with the square of a body costs thousands of times as much.
 */
const maxTimes = 40;

async function costOf({ app }: TestApi, { method, url, headers, body, isEndless }: HostileRequest) {
  const start = cpuMs();
  const response = await app.inject({
    method: method === 'POST' ? 'POST' : 'GET',
    url,
    headers: { ...headers },
    ...(body === undefined ? {} : { payload: body }),
    ...(isEndless === true ? { payloadAsStream: true as const } : {}),
  });
  const { statusCode } = response;
  const leaves = isEndless === true && statusCode === 200;
  if (leaves) response.raw.res.destroy();
  const answer = leaves ? '' : isEndless === true ? await text(response.stream()) : response.body;
  return { ms: cpuMs() - start, statusCode, answer };
}

/**
 * Sends hostile requests, one after the other; each must cost little and be answered with less than 500.
 * @returns how many were sent
 */
export async function holdOut(api: TestApi, requests: Iterable<HostileRequest>): Promise<number> {
  const most = maxTimes * linearMs();
  let sent = 0;
  for (const request of requests) {
    const { label } = request;
    const { ms, statusCode, answer } = await costOf(api, request);
    sent += 1;
    // The API of a test is alone, so it is not ready, and says so.
    const isReadiness = statusCode === 503 && request.url.startsWith('/readyz');
    assert.ok(statusCode < 500 || isReadiness, `${label}: ${statusCode} ${answer.slice(0, 300)}`);
    assert.ok(ms < most, `${label}: ${Math.round(ms)} ms of CPU, expected less than ${Math.round(most)}`);
    assert.ok(answer.length < 1_000_000, `${label}: an answer of ${answer.length} characters`);
  }
  return sent;
}
