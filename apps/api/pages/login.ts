import type { FastifyReply } from 'fastify';
import { type Html, html } from './html.js';
import { sendPage } from './layout.js';

/** The log-in page. `next` is where the person wanted to go; `fault` says why the last try failed. */
export function sendLoginPage(reply: FastifyReply, next: string, fault?: string): FastifyReply {
  const note: Html = fault === undefined ? html`` : html`<p class="bad" role="alert">${fault}</p>`;
  return sendPage(
    reply,
    'Log in · Millrace',
    html`<header><h1>Millrace</h1></header>
<section class="card">
<h2>Log in</h2>
${note}
<form method="post" action="/login">
<input type="hidden" name="next" value="${next}">
<label for="token">API token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button type="submit">Log in</button>
</form>
</section>`,
  );
}
