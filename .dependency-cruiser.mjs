// What the rooms of docs/architecture.md (scripts/rooms.ts) and Biome (cycles) do not see: what is loaded with what, and
// which npm packages. Checked by `npm run structure` on the built files: what TypeScript erased (types) is not loaded.
// Files and exports that nothing uses are knip's business (knip.jsonc), which reads the sources.
// test/structure/dependencies.test.ts shows that each rule bites.

/** An npm package, whether it is installed or not. */
const npm = (...names) => `(^|/node_modules/|^node_modules/)(${names.join('|')})(/|$)`;

const native = npm('sharp', '@img/[^/]+', 'onnxruntime-node', 'onnxruntime-common');
const tests = '\\.(test|fixture)\\.js$|^dist/packages/[^/]+/testing/|^dist/test/';
/** What the Dockerfile copies into the image. */
const product = '^dist/(apps|packages)/';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-unresolved',
      comment: 'An import that leads nowhere fails at the first start.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'contracts-import-nothing',
      comment: 'Contracts are types, states and errors without I/O; the schema library is all that they need.',
      severity: 'error',
      from: { path: '^dist/packages/contracts/', pathNot: tests },
      to: { pathNot: ['^dist/packages/contracts/', npm('typebox')] },
    },
    {
      name: 'tasks-apart',
      comment: 'A task is one folder: what others may know of it is its definition, which they invoke it by.',
      severity: 'error',
      from: { path: '^dist/packages/tasks/([^/]+)/' },
      to: {
        path: '^dist/packages/tasks/',
        pathNot: ['^dist/packages/tasks/$1/', '^dist/packages/tasks/[^/]+/definition\\.js$'],
      },
    },
    {
      name: 'tasks-by-catalogue',
      comment:
        'Adding a task changes nothing else, so nothing else names one; packages/catalogue/catalogue.ts finds them.',
      severity: 'error',
      from: { path: '^dist/(apps|packages)/', pathNot: ['^dist/packages/tasks/', tests] },
      to: { path: '^dist/packages/tasks/' },
    },
    {
      name: 'definitions-are-cheap',
      comment: 'Every process imports every definition; bodies and what they need are imported by workers alone.',
      severity: 'error',
      // Definitions from outside import the package's first entry.
      from: { path: ['^dist/packages/tasks/[^/]+/definition\\.js$', '^dist/packages/millrace/index\\.js$'] },
      to: {
        path: [
          '^dist/packages/tasks/[^/]+/body\\.js$',
          '^dist/packages/(database|queue|runs|loading|faces|parquet)/',
          native,
          npm('hyparquet', 'hysnappy', 'zstddec', 'parquet-wasm', 'pg', 'bullmq', '@prisma/client'),
        ],
        reachable: true,
      },
    },
    {
      name: 'apps-without-native-code',
      comment: 'Only a task’s body, or a child process of it or of the API, loads the picture and inference libraries.',
      severity: 'error',
      from: { path: '^dist/apps/', pathNot: tests },
      to: { path: native, reachable: true },
    },
    {
      name: 'no-tests-in-product',
      comment: 'Test code, fixtures, samples and the tools of development are not in the container image.',
      severity: 'error',
      from: { path: product, pathNot: tests },
      to: { path: [tests, '^dist/samples/', '^dist/scripts/'] },
    },
    {
      name: 'samples-without-tests',
      comment: 'People write samples on machines that have the package only.',
      severity: 'error',
      from: { path: '^dist/samples/', pathNot: tests },
      to: { path: tests },
    },
    {
      name: 'testing-for-tests',
      comment:
        'What runs tasks in tests is shipped for tests of others, through millrace/testing; no process of ours needs it.',
      severity: 'error',
      from: {
        path: '^dist/(apps|packages)/',
        pathNot: ['^dist/packages/testing/', '^dist/packages/millrace/testing\\.js$', tests],
      },
      to: { path: '^dist/packages/testing/' },
    },
    {
      name: 'no-development-packages-in-product',
      comment: 'The container image has the dependencies only, not the devDependencies.',
      severity: 'error',
      from: { path: product, pathNot: tests },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['\\.map$', '^dist/apps/console/'] },
    moduleSystems: ['es6', 'cjs'],
    // The subpath imports of package.json (`#contracts/*`), as Node reads them.
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['node', 'import', 'default'] },
    skipAnalysisNotInRules: true,
  },
};
