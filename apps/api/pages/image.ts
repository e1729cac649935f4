import type { FastifyReply } from 'fastify';
import type { FaceRow, ImageRow } from '#database/queries/images.js';
import { Html, html } from './html.js';
import { sendPage } from './layout.js';

const style = new Html(`
.image { display: block; max-width: 100%; height: auto; border-radius: 10px; background: var(--line); margin: 0 0 1.25rem; }
.code { font-family: ui-monospace, monospace; font-size: .85em; overflow-wrap: anywhere; }
.faces td, .faces th { white-space: nowrap; padding-right: 1.5rem; }
.faces td:last-child { white-space: normal; width: 100%; }
.record th { width: 9rem; padding-right: 1.5rem; white-space: nowrap; }
`);

/** One image with its faces marked, its record and a table of its faces. */
export function sendImagePage(reply: FastifyReply, image: ImageRow): FastifyReply {
  const { fileId, runId } = image;
  const self = `/api/images/${fileId}`;
  return sendPage(
    reply,
    `${image.filename} · Millrace`,
    html`<header><h1><a href="/">Millrace</a> · <a href="/images">Images</a> · ${image.filename}</h1>
<nav><a href="${self}">Record (JSON)</a> <a href="/api/files/${fileId}">File</a>
${runId === null ? html`` : html`<a href="/api/runs/${runId}">Run</a>`} <a href="${self}/annotated?side=2048">Large</a></nav></header>
<img class="image" src="${self}/annotated?side=1024" alt="${image.filename}: the image with its faces marked. It is not here if the file is no longer in the inbox as it was loaded.">
<div class="cards">
<section class="card wide"><h2>Record</h2>${record(image)}</section>
<section class="card wide"><h2>Faces</h2>${faces(image.faces)}</section>
</div>`,
    style,
  );
}

/** There is no such image. */
export function sendNoImagePage(reply: FastifyReply, fileId: string): FastifyReply {
  return sendPage(
    reply.code(404),
    'No such image · Millrace',
    html`<header><h1><a href="/">Millrace</a> · <a href="/images">Images</a></h1></header>
<p>File ${fileId} was not loaded as an image, or is not known. <a href="/api/files/${fileId}">What became of it</a></p>`,
  );
}

function record(image: ImageRow): Html {
  const row = (name: string, value: string | Html): Html =>
    html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`;
  const code = (text: string): Html => html`<span class="code">${text}</span>`;
  return html`<table class="record">${[
    row('File name', image.filename),
    row('Path', image.path),
    row('Import date', image.impDate),
    row('Size', `${image.width} × ${image.height}`),
    row('Format', image.format),
    row('Faces', String(image.faceNo)),
    row('Model', code(image.model)),
    row('Threshold', String(image.threshold)),
    row('MD5', code(image.md5)),
    row('SHA-256', code(image.sha256)),
  ]}</table>`;
}

function faces(list: readonly FaceRow[]): Html {
  if (list.length === 0) return html`<p class="dim">None was found.</p>`;
  const rows = list.map((face, index) => {
    const points = Object.entries(face.landmarks).map(([name, [x, y]]) => `${name} ${Math.round(x)}, ${Math.round(y)}`);
    return html`<tr><td>${index + 1}</td><td class="number">${face.score.toFixed(4)}</td>
<td class="number">${face.x.toFixed(1)}, ${face.y.toFixed(1)}</td><td class="number">${face.width.toFixed(1)} × ${face.height.toFixed(1)}</td>
<td class="dim">${points.join(' · ')}</td></tr>`;
  });
  return html`<table class="faces"><tr><th>No.</th><th class="number">Score</th><th class="number">Left, top</th><th class="number">Size</th><th>Landmarks</th></tr>
${rows}</table>`;
}
