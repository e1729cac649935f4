import { randomBytes } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { plainPagePolicy, setPolicy } from '../http/security-headers.js';
import { Html, html } from './html.js';

/** The colours are those of the console's theme (apps/console/theme/theme.ts): one goes from these pages to that one. */
const style = new Html(`
:root { color-scheme: light dark; --ink: #000; --dim: #56616c; --line: #dde3ea; --paper: #f6f8fa; --card: #fff; --accent: #0b7285; --on-accent: #fff; --bad: #c92a2a; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #c9c9c9; --dim: #a3adb8; --line: #2c343e; --paper: #0f1318; --card: #161b22; --accent: #22b8cf; --on-accent: #0f1318; --bad: #ff8787; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
header { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: baseline; justify-content: space-between; margin-bottom: 1.75rem; }
h1 { font-size: 1.7rem; margin: 0; letter-spacing: -.02em; }
h2 { font-size: .8rem; margin: 0 0 .6rem; color: var(--dim); text-transform: uppercase; letter-spacing: .06em; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
nav { display: flex; flex-wrap: wrap; gap: .35rem 1.1rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 1rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1.1rem 1.25rem; overflow-x: auto; }
section.wide { grid-column: 1 / -1; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 500; color: var(--dim); }
th, td { padding: .2rem .75rem .2rem 0; vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; padding-right: 0; }
.dim { color: var(--dim); }
.bad { color: var(--bad); }
form { display: grid; gap: .8rem; max-width: 22rem; }
input, button { font: inherit; padding: .55rem .7rem; border-radius: 7px; border: 1px solid var(--line); background: var(--paper); color: inherit; }
button { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; cursor: pointer; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
`);

const noStyle = new Html('');

/** Sends a page of our own, its style (and what it adds to it) inline and allowed by a nonce, with no script at all. */
export function sendPage(reply: FastifyReply, title: string, body: Html, ownStyle: Html = noStyle): FastifyReply {
  const nonce = randomBytes(16).toString('base64');
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style nonce="${nonce}">${style}${ownStyle}</style>
</head>
<body><main>${body}</main></body>
</html>
`;
  return setPolicy(reply, plainPagePolicy(nonce)).type('text/html; charset=utf-8').send(page.text);
}
