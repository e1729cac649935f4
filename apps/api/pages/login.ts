import type { FastifyReply } from 'fastify';
import type { Credentials } from '../auth/credentials.js';
import { type Html, html } from './html.js';
import { sendPage } from './layout.js';

/** The log-in page. `next` is where the person wanted to go; `fault` says why the last try failed, as a problem's detail does. */
export function sendLoginPage(
  reply: FastifyReply,
  { token, admin }: Credentials,
  next: string,
  fault?: string,
): FastifyReply {
  const note: Html =
    fault === undefined
      ? html``
      : html`<p class="bad" role="alert">${fault.charAt(0).toUpperCase() + fault.slice(1)}.</p>`;
  const ways = [...(admin ? [byName] : []), ...(token === undefined ? [] : [byToken])];
  return sendPage(
    reply,
    'Log in · Millrace',
    html`<header><h1>Millrace</h1></header>
<section class="card">
<h2>Log in</h2>
${note}
${ways.map((fields, index) => formOf(fields, next, index === 0))}
</section>`,
  );
}

type Fields = (focus: Html) => Html;

const byName: Fields = (focus) => html`<label for="user">Name</label>
<input id="user" name="user" autocomplete="username" autocapitalize="none" spellcheck="false" required${focus}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>`;

const byToken: Fields = (focus) => html`<label for="token">API token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required${focus}>`;

const formOf = (fields: Fields, next: string, isFirst: boolean): Html => html`${isFirst ? html`` : html`<p>or</p>`}
<form method="post" action="/login">
<input type="hidden" name="next" value="${next}">
${fields(isFirst ? html` autofocus` : html``)}
<button type="submit">${isFirst ? 'Log in' : 'Log in with the token'}</button>
</form>`;
