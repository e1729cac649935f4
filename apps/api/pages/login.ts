import type { FastifyReply } from 'fastify';
import type { Credentials } from '../auth/credentials.js';
import { Html, html } from './html.js';
import { sendPage } from './layout.js';

/** Narrow, in the middle of the window. */
const ownStyle = new Html(`
main { max-width: 400px; padding-top: max(4vh, 2.5rem); }
header { justify-content: center; align-items: center; gap: .6rem; margin-bottom: 1.25rem; }
h2 { font-size: 1.0625rem; color: inherit; text-transform: none; letter-spacing: 0; }
.card { padding: 1.25rem 1.5rem 1.5rem; }
form { max-width: none; gap: .35rem; }
label { font-size: .8125rem; font-weight: 500; }
input { margin-bottom: .6rem; border-color: var(--dim); }
p.or { display: flex; align-items: center; gap: .75rem; margin: 1.1rem 0 .7rem; color: var(--dim); font-size: .8125rem; }
p.or::before, p.or::after { content: ""; flex: 1; border-top: 1px solid var(--line); }
`);

/** The console's mark. */
const mark = new Html(
  '<svg viewBox="0 0 32 32" width="30" height="30" aria-hidden="true"><rect width="32" height="32" rx="7" fill="#0b7285"/>' +
    '<path d="M6 11c3.3-3 6.7-3 10 0s6.7 3 10 0M6 17c3.3-3 6.7-3 10 0s6.7 3 10 0M6 23c3.3-3 6.7-3 10 0s6.7 3 10 0" ' +
    'fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round"/></svg>',
);

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
    html`<header>${mark}<h1>Millrace</h1></header>
<section class="card">
<h2>Log in</h2>
${note}
${ways.map((fields, index) => formOf(fields, next, index === 0))}
</section>`,
    ownStyle,
  );
}

type Fields = (focus: Html) => Html;

const byName: Fields = (focus) => html`<label for="user">Name</label>
<input id="user" name="user" autocomplete="username" autocapitalize="none" spellcheck="false" required${focus}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>`;

const byToken: Fields = (focus) => html`<label for="token">API token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required${focus}>`;

const formOf = (
  fields: Fields,
  next: string,
  isFirst: boolean,
): Html => html`${isFirst ? html`` : html`<p class="or">or</p>`}
<form method="post" action="/login">
<input type="hidden" name="next" value="${next}">
${fields(isFirst ? html` autofocus` : html``)}
<button type="submit">${isFirst ? 'Log in' : 'Log in with the token'}</button>
</form>`;
