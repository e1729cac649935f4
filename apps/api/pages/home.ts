import type { FastifyReply } from 'fastify';
import type { TaskDefinition } from '#contracts/task.js';
import type { DatasetFigures } from '#database/queries/dataset-figures.js';
import type { LiveWorker, StateCounts } from '#database/queries/summary.js';
import type { ProcessState } from '#process/supervisor-state.js';
import { type Html, html } from './html.js';
import { sendPage } from './layout.js';

/** Jobs of one queue by state. */
export interface QueueCounts {
  readonly name: string;
  readonly jobs: Readonly<Record<string, number>>;
}

/** A dataset and where its rows are. */
export interface ListedDataset {
  readonly name: string;
  readonly description: string;
  readonly link: string;
}

/** What the front page shows; parts that could not be asked in time are undefined. */
export interface HomeContent {
  readonly supervisor: readonly ProcessState[] | undefined;
  readonly workers: readonly LiveWorker[] | undefined;
  readonly files: StateCounts | undefined;
  readonly runs: StateCounts | undefined;
  readonly model: string | undefined;
  readonly datasets: readonly ListedDataset[];
  /** By the name of the dataset. */
  readonly figures: ((name: string) => DatasetFigures) | undefined;
  readonly queues: readonly QueueCounts[] | undefined;
  readonly carrier: string;
  readonly tasks: readonly TaskDefinition[];
  /** Whether people may pause and slow down queues. */
  readonly queueActions: boolean;
  readonly canLogOut: boolean;
}

export function sendHomePage(reply: FastifyReply, content: HomeContent): FastifyReply {
  return sendPage(
    reply,
    'Millrace',
    html`<header>
<h1>Millrace</h1>
<nav>
<a href="/images">Images</a> <a href="/docs">API</a> <a href="/queues">Queues</a> <a href="/api/files">Files</a> <a href="/api/runs">Runs</a>
<a href="/api/tasks">Tasks</a> <a href="/readyz">Readiness</a>
</nav>
</header>
<div class="cards">
${card('Files', counts(content.files, '/api/files?state='))}
${card('Runs', counts(content.runs, '/api/runs?state='))}
${card(`Queues (on ${content.carrier === 'redis' ? 'Redis' : 'PostgreSQL'})`, queues(content.queues, content.queueActions))}
${card('Workers', workers(content.workers))}
${card('Processes', processes(content.supervisor))}
${card('Datasets', datasets(content))}
${card('Tasks', tasks(content.tasks), 'wide')}
</div>
${content.canLogOut ? html`<form method="post" action="/logout"><button type="submit">Log out</button></form>` : html``}`,
  );
}

const card = (title: string, body: Html, width = ''): Html =>
  html`<section class="card ${width}"><h2>${title}</h2>${body}</section>`;

const unknown = html`<p class="dim">Not known at the moment.</p>`;
const number = (value: number): string => value.toLocaleString('en');

function table(rows: readonly Html[], empty: string): Html {
  return rows.length === 0 ? html`<p class="dim">${empty}</p>` : html`<table>${rows}</table>`;
}

function counts(states: StateCounts | undefined, link: string): Html {
  if (!states) return unknown;
  const rows = [...states].map(
    ([state, count]) =>
      html`<tr><td><a href="${link}${state}">${state}</a></td><td class="number">${number(count)}</td></tr>`,
  );
  return table(rows, 'None yet.');
}

function queues(list: readonly QueueCounts[] | undefined, actions: boolean): Html {
  if (!list) return unknown;
  const rows = list.map(({ name, jobs }) => {
    const shown = Object.entries(jobs).filter(([, count]) => count > 0);
    const words = shown.map(([state, count]) => `${number(count)} ${state}`).join(', ');
    return html`<tr><td><a href="/queues/queue/${encodeURIComponent(name)}">${name}</a></td><td>${words || 'empty'}</td></tr>`;
  });
  const note = actions
    ? html`<p class="dim">People may pause and slow down queues; <a href="/api/actions">what was done</a> is recorded.</p>`
    : html`<p class="dim">Only shown: nobody can pause or change them here (QUEUE_ACTIONS=off).</p>`;
  return html`${table(rows, 'None.')}${note}`;
}

function workers(list: readonly LiveWorker[] | undefined): Html {
  if (!list) return unknown;
  const rows = list.map(
    (worker) => html`<tr><td>${worker.host}, process ${worker.pid}</td><td>${number(worker.active)} running</td>
<td class="number dim">seen ${Math.round(worker.seenSecondsAgo)} s ago</td></tr>`,
  );
  return table(rows, 'None has reported within five minutes.');
}

function processes(list: readonly ProcessState[] | undefined): Html {
  if (!list) return html`<p class="dim">Not under the supervisor of this machine.</p>`;
  const rows = list.map(
    (each) => html`<tr><td>${each.name}</td><td>${each.state}</td><td class="dim">${each.pid ?? ''}</td>
<td class="number dim">${each.restarts} restarts</td></tr>`,
  );
  return table(rows, 'None.');
}

function datasets({ datasets: list, figures, model }: HomeContent): Html {
  const rows = list.map(({ name, description, link }) => {
    const known = figures?.(name);
    return html`<tr><td><a href="${link}" title="${description}">${name}</a></td>
<td><a href="/api/datasets/${name}">columns</a></td>
<td class="number">${known ? `${number(known.rows)} rows` : ''}</td></tr>`;
  });
  return html`${table(rows, 'None.')}<p class="dim">Faces are counted by: ${model ?? 'no image yet'}</p>`;
}

function tasks(list: readonly TaskDefinition[]): Html {
  const rows = list.map(
    (task) => html`<tr><td><a href="/api/runs?task=${encodeURIComponent(task.name)}">${task.name}</a></td>
<td class="dim">${task.source ? task.source.description : task.description}</td></tr>`,
  );
  return table(rows, 'None.');
}
