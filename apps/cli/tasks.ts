import { loadCatalogue } from '#catalogue/catalogue.js';
import { readSettings } from '#process/read-settings.js';
import { visible } from '#process/visible.js';

/** Prints the tasks of the catalogue: name, source, table, description. */
export async function listTasks({ json = false }: { json?: boolean }): Promise<void> {
  const { config } = readSettings(['tasksDir', 'inboxDir']);
  const tasks = [...(await loadCatalogue(config.tasksDir)).values()].map(({ name, source, dataset, description }) => ({
    name,
    source: source?.name ?? null,
    table: dataset?.table ?? null,
    description,
  }));
  const text = json
    ? JSON.stringify(tasks, undefined, 2)
    : table([
        ['TASK', 'SOURCE', 'TABLE', 'DESCRIPTION'],
        ...tasks.map((task) => [task.name, task.source ?? '-', task.table ?? '-', visible(task.description)]),
      ]);
  process.stdout.write(`${text}\n`);
}

/** Rows whose columns begin below each other. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
