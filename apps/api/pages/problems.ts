import type { FastifyReply } from 'fastify';
import { problemCodes, problemTypes } from '../http/problems/problem-types.js';
import { html } from './html.js';
import { sendPage } from './layout.js';

/** The page to which the `type` of every problem leads: what each code means, and what to do. */
export function sendProblemsPage(reply: FastifyReply): FastifyReply {
  const sections = problemCodes.map((code) => {
    const { status, title, meaning, remedy } = problemTypes[code];
    return html`<section class="card wide" id="${code}">
<h2>${status} · ${title}</h2>
<p><code>${code}</code></p>
<p>${meaning}</p>
<p>${remedy}</p>
</section>`;
  });
  return sendPage(
    reply,
    'Problems · Millrace',
    html`<header><h1>Problems</h1><nav><a href="/docs">API</a></nav></header>
<p>An error of the API is answered as problem details (RFC 9457). Its <code>code</code> is one of these and does not change
from one version to the next; its <code>type</code> leads to the section here; its <code>detail</code> is about the very
request.</p>
<div class="cards">${sections}</div>`,
  );
}
