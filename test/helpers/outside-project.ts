import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const projectDir = fileURLToPath(new URL('../../../', import.meta.url));

/** How a command ended, with all that it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** An empty project in a folder of its own, into which this package has been installed as a tarball. */
export interface OutsideProject {
  readonly folder: string;
  /** What `npm pack` says of the tarball: bytes packed and unpacked, number of files. */
  readonly tarball: { readonly size: number; readonly unpackedSize: number; readonly entryCount: number };
  /** Writes a file of the project; folders are made. */
  write(path: string, content: string | Uint8Array): Promise<void>;
  /** Runs a program in the project and waits for its end. */
  run(program: string, args: readonly string[]): Promise<Ended>;
  /** The same with the installed `millrace` command. */
  millrace(...args: readonly string[]): Promise<Ended>;
  /** Starts the installed `millrace` command by npx. */
  start(...args: readonly string[]): ChildProcess;
  remove(): Promise<void>;
}

/** The environment that a person's shell has: none of the settings and none of the test runner's variables. */
function environment(): NodeJS.ProcessEnv {
  const own = /^(PATH|HOME|LANG|TMPDIR|npm_config_\w+)$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => own.test(name)));
}

function execute(cwd: string, program: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd, env: environment(), maxBuffer: 2 ** 26 };
    const child = execFile(program, [...args], options, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

async function expectSuccess(ended: Promise<Ended>, what: string): Promise<Ended> {
  const { code, stdout, stderr } = await ended;
  if (code !== 0) throw new Error(`${what} ended with ${code}:\n${stdout}\n${stderr}`);
  return { code, stdout, stderr };
}

/** Packs the built package, and installs it as somebody does who has the tarball and nothing else. */
export async function openOutsideProject(): Promise<OutsideProject> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-outside-'));
  // As root the embedded PostgreSQL runs as another user, who passes through here.
  await chmod(folder, 0o711);
  const packed = await expectSuccess(
    execute(projectDir, 'npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]),
    'npm pack',
  );
  const [tarball] = JSON.parse(packed.stdout) as [OutsideProject['tarball'] & { readonly filename: string }];
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'weather', private: true, type: 'module' }));
  const quick = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'];
  await expectSuccess(execute(folder, 'npm', ['install', ...quick, `./${tarball.filename}`]), 'npm install');
  const bin = join(folder, 'node_modules', '.bin', 'millrace');
  return {
    folder,
    tarball,
    async write(path, content) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    },
    run: (program, args) => execute(folder, program, args),
    millrace: (...args) => execute(folder, bin, args),
    start: (...args) =>
      spawn('npx', ['--no-install', 'millrace', ...args], {
        cwd: folder,
        env: environment(),
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Collects what a process writes and waits until it matches. @throws Error with all of it when the process ends before */
export async function said(child: ChildProcess, pattern: RegExp): Promise<string> {
  let output = '';
  const heard = new Promise<string>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (pattern.test(output)) resolve(output);
      });
    }
  });
  const ended = once(child, 'exit').then(([code]: unknown[]) => {
    throw new Error(`it ended with ${String(code)} before it said ${String(pattern)}:\n${output}`);
  });
  ended.catch(() => {});
  return await Promise.race([heard, ended]);
}

/** The text of a source file of this project, as it is and not as it was built. */
export const readSource = (path: string): Promise<string> => readFile(join(projectDir, path), 'utf8');

/** The compiler that builds this project. */
export const compiler = join(projectDir, 'node_modules', 'typescript', 'bin', 'tsc');
