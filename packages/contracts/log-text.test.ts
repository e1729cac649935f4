import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LogText, plainLine } from './log-text.js';

const written = (message: string, fields: unknown = null, more: Partial<LogText> = {}): string =>
  plainLine({ attempt: 2, at: '2026-11-22T10:15:30.123Z', level: 'info', message, fields, ...more });
const head = '2026-11-22T10:15:30.123Z info  #2';

test('a line as text is its time, level, attempt, message and fields', () => {
  const cases: [string, unknown, string][] = [
    ['loaded', null, 'loaded'],
    ['loaded', { rows: 12, file: 'a/b.parquet' }, 'loaded rows=12 file=a/b.parquet'],
    ['', { ok: true, none: null, tags: ['a b'] }, 'ok=true none=null tags=["a b"]'],
    ['said', { who: 'a b', no: '', quote: '"', pair: 'x=1 y=2' }, 'said who="a b" no="" quote="\\"" pair="x=1 y=2"'],
    ['said', { 'a name': 1 }, 'said "a name"=1'],
    ['no object', 'text', 'no object'],
    ['a\ttable', null, 'a\ttable'],
  ];
  for (const [message, fields, expected] of cases) assert.equal(written(message, fields), `${head} ${expected}`);
  assert.equal(written('x', null, { level: 'error' }), '2026-11-22T10:15:30.123Z error #2 x');
});

test('rows of a message and of a stack are indented, so that none looks like a line of its own', () => {
  const fake = '2026-11-22T10:15:31.000Z error #2 all is lost';
  for (const lineBreak of ['\n', '\r\n']) assert.equal(written(`a${lineBreak}${fake}`), `${head} a\n    ${fake}`);
  assert.equal(
    written('failed\n', { stack: `Error: no\n    at run (a.ts:1:2)\n${fake}`, code: 'E1' }),
    `${head} failed code=E1\n    stack=Error: no\n        at run (a.ts:1:2)\n    ${fake}`,
  );
  for (const [message, fields] of [
    [`a\r${fake}`, null],
    [`a\u2028${fake}`, null],
    [`a\u0085${fake}`, null],
    [`a\u000b${fake}\u000c${fake}`, null],
    ['a', { [`\n${fake}`]: 1, b: `\r${fake}`, c: { d: `\n${fake}`, e: `\u2029${fake}` } }],
  ] as const) {
    const rows = written(message, fields).split(/[\n\r\v\f\u0085\u2028\u2029]/u);
    assert.equal(rows.length, 1, JSON.stringify(rows));
  }
});

test('what a terminal would not leave is not written, and no other character steers one', () => {
  assert.equal(written('0 %\r50 %\r100 %'), `${head} 100 %`);
  assert.equal(written('\u001b[31mred\u001b[0m'), `${head} red`);
  assert.equal(written('a\u0007b\u202ec', { bell: '\u0007' }), `${head} a\\u{7}b\\u{202e}c bell=\\u{7}`);
});
