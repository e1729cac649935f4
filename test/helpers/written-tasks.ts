import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** A task as a test writes it: the source of its types' objects, and of its `body.js`. */
export interface WrittenTask {
  /** For example `{ text: Type.String() }`. */
  readonly input: string;
  readonly output: string;
  readonly body: string;
  /** 2 if not given. */
  readonly concurrency?: number;
  /** Further fields of its definition. */
  readonly more?: string;
}

/** Writes tasks in a folder for TASKS_DIR, which is removed after the test. @returns its path */
export function writeTasks(t: TestContext, tasks: Readonly<Record<string, WrittenTask>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-written-tasks-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const millrace = import.meta.resolve('millrace');
  for (const [name, { input, output, body, concurrency = 2, more = '' }] of Object.entries(tasks)) {
    mkdirSync(join(folder, name));
    writeFileSync(
      join(folder, name, 'definition.js'),
      `import { defineTask, Type } from '${millrace}';
export const definition = defineTask({
  name: '${name}', description: 'Of a test', queue: 'written', concurrency: ${concurrency}, priority: 0, timeoutMs: 60_000,
  input: Type.Object(${input}), output: Type.Object(${output}),
  retry: { attempts: 2, backoffMs: 100, maxBackoffMs: 100 }, ${more} });`,
    );
    writeFileSync(join(folder, name, 'body.js'), body.replaceAll("from 'millrace'", `from '${millrace}'`));
  }
  return folder;
}
