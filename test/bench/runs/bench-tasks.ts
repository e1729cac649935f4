import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The queue of all tasks of the bench. */
export const benchQueue = 'bench';
/** Runs that one worker process works on at a time. */
export const slots = 16;

export const noopTask = 'bench-noop';
export const sequentialTask = 'bench-sequential';
export const stepTask = 'bench-step';
export const fanoutTask = 'bench-fanout';

const noopImport = `import { definition as noop } from '../${noopTask}/definition.js';`;
const count = '{ count: Type.Integer() }';

/** Fields of input and output, and the body. */
const tasks: Readonly<Record<string, readonly [input: string, output: string, body: string]>> = {
  [noopTask]: ['{}', '{}', 'export const run = async () => ({});'],
  [sequentialTask]: [
    count,
    '{}',
    `${noopImport}
export const run = async (context, { count }) => {
  for (let i = 0; i < count; i += 1) await context.invoke(\`step-\${i}\`, noop, {});
  return {};
};`,
  ],
  [stepTask]: [
    count,
    '{ ms: Type.Array(Type.Number()), missing: Type.Boolean() }',
    `export const run = async (context, { count }) => {
  const ms = [];
  if (typeof context.step !== 'function') return { ms, missing: true };
  for (let i = 0; i < count; i += 1) {
    const begin = performance.now();
    await context.step(\`step-\${i}\`, async () => i);
    ms.push(performance.now() - begin);
  }
  return { ms, missing: false };
};`,
  ],
  [fanoutTask]: [
    count,
    '{ children: Type.Integer() }',
    `${noopImport}
export const run = async (context, { count }) => {
  const outputs = await context.invokeAll('child', noop, Array.from({ length: count }, () => ({})));
  return { children: outputs.length };
};`,
  ],
};

/**
 * Writes the tasks of the bench as a project of its own would have them.
 * @param folder for TASKS_DIR
 * @param build whose `millrace` they import
 */
export async function writeBenchTasks(folder: string, build: string): Promise<void> {
  const millrace = pathToFileURL(join(build, 'dist/packages/millrace/index.js')).href;
  for (const [name, [input, output, body]] of Object.entries(tasks)) {
    const definition = `import { defineTask, Type } from '${millrace}';
export const definition = defineTask({
  name: '${name}', description: 'Measured by bench:runs.', queue: '${benchQueue}', concurrency: ${slots}, priority: 0,
  input: Type.Object(${input}), output: Type.Object(${output}), timeoutMs: 86_400_000,
  retry: { attempts: 1, backoffMs: 1_000, maxBackoffMs: 1_000 },
});
`;
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, 'definition.js'), definition);
    await writeFile(join(folder, name, 'body.js'), `${body}\n`);
  }
}
