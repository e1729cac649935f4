import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from './free-port.js';
import { waitFor } from './wait.js';

/** One series of an answer. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A real Prometheus with its data in a folder of its own. */
export interface TestPrometheus {
  /** Asks for a query's series now. @throws Error when the query does not parse */
  query(expression: string): Promise<Series[]>;
  /** The rules that it has, and whether their expressions work. */
  rules(): Promise<readonly { readonly name: string; readonly health: string }[]>;
  stop(): Promise<void>;
}

/** What a test says when it is skipped because the machine has no Prometheus. */
export const prometheusMissing =
  'prometheus not found on PATH (Debian: apt-get install prometheus): skipped (REQUIRE_PROMETHEUS=1 makes this an error)';

/** @throws Error when there is none and REQUIRE_PROMETHEUS=1 */
export function hasPrometheus(): boolean {
  const isThere = spawnSync('prometheus', ['--version'], { stdio: 'ignore' }).status === 0;
  if (!isThere && process.env['REQUIRE_PROMETHEUS'] === '1') throw new Error('prometheus is required, and not on PATH');
  return isThere;
}

/**
 * @param config the text of its configuration; each scrape is a second after the one before, whatever it says of that
 * @param rules the text of a file of rules, which it loads
 */
export async function startPrometheus(config: string, rules: string): Promise<TestPrometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-test-prometheus-'));
  const port = await findFreePort();
  await writeFile(
    join(folder, 'prometheus.yml'),
    config.replace(/(scrape|evaluation)_interval: \d+s/g, '$1_interval: 1s'),
  );
  await writeFile(join(folder, 'prometheus-rules.yml'), rules);
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ],
    { stdio: 'ignore' },
  );
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  const exited = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  await waitFor('Prometheus is ready', async () => {
    if (child.exitCode !== null) throw new Error(`prometheus ended with ${child.exitCode} before it was ready`);
    return (await fetch(`${url}/-/ready`).catch(() => undefined))?.status === 200 ? true : undefined;
  });
  return {
    async query(expression) {
      const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: expression })}`);
      const answer = JSON.parse(await response.text());
      if (answer.status !== 'success') throw new Error(`${expression}: ${answer.error}`);
      const { resultType, result } = answer.data;
      if (resultType === 'scalar') return [{ metric: {}, value: Number(result[1]) }];
      return result.map(({ metric, value }: { metric: Series['metric']; value: [number, string] }) => ({
        metric,
        value: Number(value[1]),
      }));
    },
    async rules() {
      const answer = JSON.parse(await (await fetch(`${url}/api/v1/rules`)).text());
      return answer.data.groups.flatMap(({ rules: each }: { rules: object[] }) => each);
    },
    async stop() {
      process.off('exit', endWithUs);
      if (child.exitCode === null && child.signalCode === null && child.kill('SIGTERM')) await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
