import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import semver from 'semver';
import { projectDir, readProjectFile } from './project.js';

interface LockedPackage {
  readonly version?: string;
  readonly engines?: { readonly node?: string };
  readonly deprecated?: string;
  readonly optional?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

interface Manifest {
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const locked: { readonly packages: Readonly<Record<string, LockedPackage>> } = JSON.parse(
  readProjectFile('package-lock.json'),
);
const { engines, dependencies, devDependencies }: Manifest = JSON.parse(readProjectFile('package.json'));

/** Where Node finds a package that the one in this folder imports: the nearest `node_modules` that has it. */
function locate(name: string, folder: string): string | undefined {
  const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
  if (locked.packages[path]) return path;
  return folder === '' ? undefined : locate(name, folder.replace(/\/?node_modules\/(?:@[^/]+\/)?[^/]+$/, ''));
}

/** What production installs: what the project's dependencies ask for, peers that they can do without left out. */
function findProduction(): Map<string, LockedPackage> {
  const found = new Map<string, LockedPackage>();
  const visit = (folder: string): void => {
    const entry = locked.packages[folder];
    if (!entry || found.has(folder)) return;
    found.set(folder, entry);
    const { peerDependencies = {}, peerDependenciesMeta = {} } = entry;
    const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true);
    for (const name of [
      ...Object.keys(entry.dependencies ?? {}),
      ...Object.keys(entry.optionalDependencies ?? {}),
      ...peers,
    ]) {
      const path = locate(name, folder);
      if (path !== undefined) visit(path);
    }
  };
  visit('');
  found.delete('');
  return found;
}

const production = findProduction();
const list = (broken: (entry: LockedPackage) => string | undefined): string[] =>
  [...production].flatMap(([path, entry]) => {
    const fault = broken(entry);
    return fault === undefined ? [] : [`${path} ${entry.version}: ${fault}`];
  });

test('every package of production takes every version of Node that the project says it takes', () => {
  assert.ok(production.size > 100, `${production.size} packages`);
  // Of optional ones, which are binaries for one kind of machine each, npm leaves out what does not fit without a word.
  const unfit = list(({ engines: { node = '*' } = {}, optional }) =>
    optional === true || semver.subset(engines.node, node) ? undefined : `wants Node ${node}, ours is ${engines.node}`,
  );
  assert.deepEqual(unfit, []);
});

test('no package of production is deprecated', () => {
  assert.deepEqual(
    list(({ deprecated }) => deprecated),
    [],
  );
});

test('production has no database tools', () => {
  const tools = [...production.keys()].filter((path) =>
    /node_modules\/(prisma|@prisma\/(studio-core|dev|engines|schema-engine-wasm)|@electric-sql\/.*|typescript)$/.test(
      path,
    ),
  );
  assert.deepEqual(tools, []);
});

test('packages whose inner workings the project relies on are fixed to one version', () => {
  // chokidar: a private method is overridden (apps/watcher). hyparquet: its internal constants. hucre: it is young, and a
  // client that leaves must end its streams. hyparquet-writer: tests write single pages with its inner functions.
  for (const name of ['chokidar', 'hucre', 'hyparquet', 'hyparquet-writer']) {
    const wanted = { ...dependencies, ...devDependencies }[name];
    assert.equal(semver.valid(wanted), wanted, `${name} is ${wanted} in package.json`);
  }
});

test('what helps to choose a version of Node names one that the project takes', () => {
  for (const [file, pattern] of [
    ['.nvmrc', /^(\d+)$/m],
    ['Dockerfile', /^ARG NODE_IMAGE=node:(\S+?)-/m],
  ] as const) {
    const version = semver.coerce(pattern.exec(readProjectFile(file))?.[1]);
    assert.ok(version !== null && semver.satisfies(version, engines.node), `${file}: ${version} for ${engines.node}`);
    assert.equal(version.major, 24, file);
  }
});

test('the set-up refuses versions of Node that the project does not take', () => {
  for (const version of ['18.20.0', '20.18.3', '21.7.0', '22.11.9', '23.5.0']) {
    assert.ok(!semver.satisfies(version, engines.node), version);
    const disguise = `data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '${version}' })`;
    const { status, stderr } = spawnSync(process.execPath, ['--import', disguise, 'scripts/setup.mjs', '--quiet'], {
      cwd: projectDir,
      encoding: 'utf8',
    });
    assert.equal(stderr.trim(), `millrace: expected Node ${engines.node}, this is ${version}; install Node 24`);
    assert.equal(status, 1);
  }
});
