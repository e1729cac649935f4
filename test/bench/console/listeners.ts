import { setTimeout as pause } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { EventReader } from '../../helpers/event-reader.js';
import { readProcess, readProcesses } from '../process-figures.js';
import type { Processes } from './processes.js';
import { shares } from './shares.js';

/** Runs a second that are started meanwhile. */
const rate = 40;
/** As in apps/console/live/live.ts: a question is asked at most once a second, and rests for four times as long as it took. */
const [minMs, restFactor] = [1_000, 4];

interface Options {
  /** The database server's first process. */
  readonly postmaster: number | undefined;
  readonly consoles: number;
  readonly seconds: number;
}

/** What the server has to do while many have the overview open. */
export async function measureListeners(browser: Browser, processes: Processes, options: Options): Promise<void> {
  const questions = await learnQuestions(browser, processes.address);
  console.log(`the overview asks: ${questions.join(' ')}`);
  await stretch('a stream of runs alone', processes, options, []);
  const times: number[] = [];
  const ending = new AbortController();
  const consoles = Array.from({ length: options.consoles }, () =>
    imitate(processes.address, questions, times, ending.signal),
  );
  await stretch(`with ${options.consoles} open consoles`, processes, options, times);
  ending.abort();
  await Promise.all(consoles);
}

/** What a real page asks when it is told of a change. */
async function learnQuestions(browser: Browser, address: string): Promise<string[]> {
  const page = await browser.newPage();
  await page.goto(address);
  await page.locator('main section').first().waitFor();
  await pause(3_000);
  const asked = new Set<string>();
  page.on('request', (request) => {
    const { pathname, search } = new URL(request.url());
    if (pathname.startsWith('/api/') && pathname !== '/api/events/pulse') asked.add(pathname + search);
  });
  await startRun(address);
  await pause(4_000);
  await page.close();
  return [...asked];
}

/** A console without a screen. While runs are started, each pulse finds every question due again. */
async function imitate(
  address: string,
  questions: readonly string[],
  times: number[],
  ending: AbortSignal,
): Promise<void> {
  const reader = await EventReader.open(`${address}/api/events/pulse`);
  const ask = async (question: string): Promise<void> => {
    while (!ending.aborted) {
      const begin = performance.now();
      const answer = await fetch(address + question);
      await answer.arrayBuffer();
      const took = performance.now() - begin;
      times.push(took);
      await pause(Math.max(minMs, restFactor * took));
    }
  };
  await Promise.all(questions.map(ask));
  reader.close();
}

async function stretch(what: string, { address, api }: Processes, options: Options, times: number[]): Promise<void> {
  const started: Promise<unknown>[] = [];
  const timer = setInterval(() => started.push(startRun(address)), 1_000 / rate);
  await pause(3_000);
  times.length = 0;
  const cpu = (): readonly [number, number] => [readProcess(api.pid)?.cpuSeconds ?? 0, databaseCpu(options.postmaster)];
  const before = cpu();
  await pause(options.seconds * 1_000);
  const after = cpu();
  clearInterval(timer);
  await Promise.all(started);
  const [apiShare, databaseShare] = [0, 1].map(
    (index) => `${((((after[index] ?? 0) - (before[index] ?? 0)) / options.seconds) * 100).toFixed(0)} %`,
  );
  console.log(
    `${what}: API ${apiShare} of a core, PostgreSQL ${databaseShare}` +
      (times.length === 0
        ? ''
        : `; ${(times.length / options.seconds).toFixed(0)} requests a second, ${shares(times)} ms`),
  );
}

/** CPU seconds of all sessions of the server so far, ended ones included. */
function databaseCpu(postmaster: number | undefined): number {
  if (postmaster === undefined) return Number.NaN;
  return readProcesses().reduce(
    (sum, each) =>
      each.pid === postmaster || each.parent === postmaster
        ? sum + each.cpuSeconds + (each.pid === postmaster ? each.childrenCpuSeconds : 0)
        : sum,
    0,
  );
}

async function startRun(address: string): Promise<void> {
  await fetch(`${address}/api/tasks/task2/runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input: { numbers: [1, 2, 3] } }),
  });
}
