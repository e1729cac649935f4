import type { TaskDefinition } from '#contracts/task.js';
import { HttpProblem } from '../http/problem.js';

/** The task with a name. @throws HttpProblem 404 saying which there are */
export function knownTask(tasks: ReadonlyMap<string, TaskDefinition>, name: string): TaskDefinition {
  const task = tasks.get(name);
  if (task) return task;
  const known = [...tasks.keys()].join(', ');
  throw new HttpProblem('unknown-task', `no task is named ${JSON.stringify(name)}; there are ${known}`);
}
