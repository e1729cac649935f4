import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { visible } from './visible.js';

/** Clears the screen, in C0 and in C1; turns the order of letters; forges a line. */
const name = 'a\u001b[2Jb\u009b31mc\u202ed\u2066e\nf\rg\u0007.json';

/** What a process whose log lines bear the name, as text, value and error, writes. */
function logged(format: string): string {
  const module = new URL('./log.js', import.meta.url).href;
  const script = `
    const { createLogger } = await import(${JSON.stringify(module)});
    const log = createLogger({ name: 'test', level: 'info', format: ${JSON.stringify(format)} });
    const name = ${JSON.stringify(name)};
    log.info({ path: name, list: [{ name }], err: new Error('cannot read ' + name) }, 'saw ' + name);`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  });
  assert.equal(stderr, '');
  return stdout;
}

for (const format of ['pretty', 'json']) {
  test(`no escape sequence of a file name reaches a terminal through the ${format} log`, () => {
    const text = logged(format);
    assert.match(text, /saw a\\+u001b\[2Jb\\+u009b31mc\\+u202ed\\+u2066e(\\+u000a|\\n)f/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
    assert.doesNotMatch(text, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    assert.ok(
      text.split('\n').every((line) => !line.startsWith('f')),
      text,
    );
  });
}

test('other texts are left as they are', () => {
  for (const text of ['ärger 🚲 日本語\t.json', '\\u001b', 'é']) assert.equal(visible(text), text);
});
