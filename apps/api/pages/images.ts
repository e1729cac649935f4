import type { FastifyReply } from 'fastify';
import type { ImageStats } from '#database/queries/image-stats.js';
import { type ImageRow, imageSorts } from '#database/queries/images.js';
import { chartStyle } from './charts.js';
import { Html, html } from './html.js';
import { faceChart, sizeChart, sizeTable } from './image-charts.js';
import { sendPage } from './layout.js';

/** The filters, order and page in the gallery's address, as texts. */
export type GalleryQuery = Readonly<Record<string, string>>;

/** What the gallery shows. */
export interface GalleryContent {
  readonly items: readonly ImageRow[];
  readonly nextCursor: string | null;
  readonly query: GalleryQuery;
  /** Of all images that the filters leave, those on the number of faces apart; undefined when they took too long. */
  readonly stats: ImageStats | undefined;
}

/** In words, in the order of `imageSorts`. */
const sortWords: Record<(typeof imageSorts)[number], string> = {
  newest: 'newest first',
  oldest: 'oldest first',
  faces: 'fewest faces first',
  '-faces': 'most faces first',
  pixels: 'smallest first',
  '-pixels': 'largest first',
  name: 'by name',
  '-name': 'by name, backwards',
};

/** Filters that the form has a field for; others of the address are kept and shown. */
const inForm = new Set(['minFaces', 'maxFaces', 'name', 'model', 'sort', 'cursor']);

const style = new Html(`
.charts td.number { white-space: nowrap; padding-left: .6rem; }
.charts { display: grid; align-items: start; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 1rem; margin-bottom: 1rem; }
form.filters { display: flex; flex-wrap: wrap; gap: .6rem .8rem; align-items: end; max-width: none; margin: 1.25rem 0; }
.filters label { display: grid; gap: .2rem; font-size: .8rem; color: var(--dim); }
.filters input, .filters select { font: inherit; font-size: .95rem; padding: .4rem .55rem; border-radius: 7px; border: 1px solid var(--line); background: var(--card); color: var(--ink); height: 2.35rem; }
.filters input[type=number] { width: 5.5rem; }
.filters select { max-width: 17rem; }
.filters button { padding: 0 .9rem; height: 2.35rem; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(190px, 1fr)); gap: .9rem; padding: 0; margin: 0; list-style: none; }
.tile { display: block; position: relative; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
.tile:hover { text-decoration: none; border-color: var(--accent); }
.tile img { display: block; width: 100%; height: auto; aspect-ratio: 4 / 3; object-fit: cover; object-position: 50% 30%; background: var(--line); font-size: .8rem; }
.tile .name { display: block; padding: .4rem .6rem; font-size: .85rem; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.badge { position: absolute; top: .5rem; right: .5rem; min-width: 1.7rem; padding: .05rem .45rem; border-radius: 1rem; background: #0c1a10d9; color: #4dff7d; font-size: .85rem; font-weight: 600; text-align: center; }
.badge.none { color: #b9c4cf; }
.pages { display: flex; gap: 1.2rem; justify-content: space-between; margin-top: 1.25rem; }
`);

/** The images with their number of faces, and how these are spread. */
export function sendGalleryPage(reply: FastifyReply, content: GalleryContent): FastifyReply {
  const { items, nextCursor, query, stats } = content;
  return sendPage(
    reply,
    'Images · Millrace',
    html`<header><h1><a href="/">Millrace</a> · Images</h1>
<nav><a href="${filtered('/api/images.csv', query)}">CSV</a> <a href="${filtered('/api/images.xlsx', query)}">XLSX</a>
<a href="${filtered('/api/images.ndjson', query)}">NDJSON</a> <a href="${filtered('/api/images.parquet', query)}">Parquet</a>
<a href="${filtered('/api/images/stats', query)}">Figures (JSON)</a> <a href="/docs">API</a></nav></header>
${stats ? charts(stats, query) : html`<p class="dim">The figures are not known at the moment.</p>`}
${form(query, stats)}
${items.length === 0 ? html`<p class="dim">No image fits. ${allLink(query)}</p>` : html`<ul class="gallery">${items.map(tile)}</ul>`}
<div class="pages"><span>${query['cursor'] === undefined ? html`` : html`<a href="${address({ ...query, cursor: '' })}">First page</a>`}</span>
<span>${nextCursor === null ? html`` : html`<a rel="next" href="${address({ ...query, cursor: nextCursor })}">Next page</a>`}</span></div>`,
    new Html(style.text + chartStyle.text),
  );
}

/** The gallery's address with this query. */
const address = (query: GalleryQuery): string => withQuery('/images', query);

/** An address that takes the gallery's filters, but neither its order nor its page. */
const filtered = (path: string, query: GalleryQuery): string =>
  withQuery(path, { ...query, sort: '', cursor: '', limit: '' });

/** Empty values are left out. */
function withQuery(path: string, query: GalleryQuery): string {
  const given = Object.entries(query).filter(([, value]) => value !== '');
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}

function charts(stats: ImageStats, query: GalleryQuery): Html {
  if (stats.pictures === 0) return html``;
  const linkTo = (least: number, most: number | undefined): string =>
    address({
      ...query,
      cursor: '',
      faceNo: '',
      minFaces: String(least),
      maxFaces: most === undefined ? '' : String(most),
    });
  const sum = `${stats.pictures.toLocaleString('en')} images, ${stats.faces.toLocaleString('en')} faces`;
  return html`<div class="charts">
<section class="card"><h2>Images by number of faces</h2>${faceChart(stats, linkTo)}
<p class="dim">${sum}; ${stats.meanFaces ?? 0} per image, at most ${stats.mostFaces ?? 0}.</p></section>
<section class="card"><h2>Images by megapixels</h2>${sizeChart(stats)}${sizeTable(stats, 4)}</section>
</div>`;
}

function form(query: GalleryQuery, stats: ImageStats | undefined): Html {
  const value = (name: string): string => query[name] ?? '';
  const others = Object.entries(query).filter(([name]) => !inForm.has(name));
  const models = new Set([...(stats?.byModel.map(({ model }) => model) ?? []), value('model')]);
  models.delete('');
  return html`<form class="filters" method="get" action="/images">
<label>Faces, from <input type="number" name="minFaces" min="0" max="1000000" value="${value('minFaces')}"></label>
<label>to <input type="number" name="maxFaces" min="0" max="1000000" value="${value('maxFaces')}"></label>
<label>Name has <input type="search" name="name" maxlength="1024" value="${value('name')}"></label>
<label>Model <select name="model"><option value="">any</option>${[...models].map((model) => option(model, model, value('model')))}</select></label>
<label>Order <select name="sort">${imageSorts.map((sort) => option(sort, sortWords[sort], query['sort'] ?? 'newest'))}</select></label>
${others.map(([name, text]) => html`<input type="hidden" name="${name}" value="${text}">`)}
<button type="submit">Show</button> ${allLink(query)}
</form>
${others.length === 0 ? html`` : html`<p class="dim">Also asked for: ${others.map(([name, text]) => `${name} ${text}`).join(', ')}.</p>`}`;
}

const option = (value: string, words: string, chosen: string): Html =>
  value === chosen
    ? html`<option value="${value}" selected>${words}</option>`
    : html`<option value="${value}">${words}</option>`;

const allLink = (query: GalleryQuery): Html =>
  Object.keys(query).length === 0 ? html`` : html`<a href="/images">Show all</a>`;

function tile(image: ImageRow): Html {
  const faces = image.faceNo === 1 ? '1 face' : `${image.faceNo} faces`;
  return html`<li><a class="tile" href="/images/${image.fileId}" title="${image.path}">
<img src="/api/images/${image.fileId}/thumbnail" loading="lazy" width="256" height="192" alt="${image.filename}">
<span class="badge ${image.faceNo === 0 ? 'none' : ''}" title="${faces}">${image.faceNo}</span>
<span class="name">${image.filename}</span></a></li>`;
}
