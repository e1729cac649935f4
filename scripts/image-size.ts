// npm run image:size [folder of a clone]: does what the Dockerfile's stages do, in temporary folders and without Docker,
// and adds up what its last stage copies. The base image is not counted.
import { execFileSync } from 'node:child_process';
import { cp, lstat, mkdir, mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DockerStage, isSentToBuilder, readDockerfile } from './docker/dockerfile.js';

const project = resolve(process.argv[2] ?? fileURLToPath(new URL('../..', import.meta.url)));
const work = await realpath(await mkdtemp(join(tmpdir(), 'millrace-image-')));
try {
  const stages = readDockerfile(await readFile(join(project, 'Dockerfile'), 'utf8'));
  const context = await makeContext(join(work, 'context'));
  for (const [index, stage] of stages.entries()) {
    await runStage(stage, context, index === stages.length - 1);
  }
  await report(folderOf(stages.at(-1)?.name ?? ''));
} finally {
  await rm(work, { recursive: true, force: true });
}

function folderOf(stage: string): string {
  return join(work, `stage-${stage}`);
}

/** What Docker sends to the builder, of the files that git knows. */
async function makeContext(folder: string): Promise<string> {
  const ignored = await readFile(join(project, '.dockerignore'), 'utf8');
  const listed = execFileSync('git', ['ls-files', '-z'], { cwd: project, encoding: 'utf8' });
  for (const path of listed.split('\0').filter((name) => name !== '' && isSentToBuilder(name, ignored))) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await cp(join(project, path), join(folder, path));
  }
  return folder;
}

/** The last stage's commands make users and folders of the image, so they are not run here. */
async function runStage(stage: DockerStage, context: string, isLast: boolean): Promise<void> {
  const folder = folderOf(stage.name);
  await mkdir(folder, { recursive: true });
  for (const step of stage.steps) {
    if (step.kind === 'run') {
      if (isLast) continue;
      console.log(`${stage.name}: ${step.command}`);
      execFileSync('sh', ['-ec', step.command], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
      continue;
    }
    const from = step.from === undefined ? context : folderOf(step.from);
    for (const source of step.sources) {
      const target = step.target.endsWith('/') ? join(step.target, source) : step.target;
      await mkdir(dirname(join(folder, target)), { recursive: true });
      await cp(join(from, source), join(folder, target), { recursive: true, verbatimSymlinks: true });
    }
  }
}

async function report(image: string): Promise<void> {
  const sizes = await sizesOf(image);
  const sum = (prefix: string): number =>
    [...sizes].reduce((total, [path, bytes]) => (path.startsWith(prefix) ? total + bytes : total), 0);
  const packages = new Map<string, number>();
  for (const [path, bytes] of sizes) {
    const [, owner] = /^(.*node_modules\/(?:@[^/]+\/)?[^/.][^/]*)\//.exec(path) ?? [];
    if (owner !== undefined) packages.set(owner, (packages.get(owner) ?? 0) + bytes);
  }
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  console.log(`\n${sum('')} bytes (${megabytes(sum(''))}) in ${sizes.size} files, ${packages.size} packages`);
  console.log(
    `dist: ${megabytes(sum('dist/'))}, node_modules: ${megabytes(sum('node_modules/'))}; the largest packages:`,
  );
  const largest = [...packages].sort(([, a], [, b]) => b - a).slice(0, 15);
  for (const [name, bytes] of largest)
    console.log(`${megabytes(bytes).padStart(10)}  ${name.slice('node_modules/'.length)}`);
}

/** The bytes of each file below the folder; links count as themselves. */
async function sizesOf(folder: string): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    sizes.set(path.slice(folder.length + 1), (await lstat(path)).size);
  }
  return sizes;
}
