// The directions of dependency that docs/architecture.md promises, checked by `npm run structure` on the built files:
// what TypeScript erased (types) is no dependency. Files and exports that nothing uses are knip's business (knip.json),
// which reads the sources. test/structure/dependencies.test.ts shows that each rule bites.

/** An npm package, whether it is installed or not. */
const npm = (...names) => `(^|/node_modules/|^node_modules/)(${names.join('|')})(/|$)`;

const native = npm('sharp', '@img/[^/]+', 'onnxruntime-node', 'onnxruntime-common');
const tests = '\\.(test|fixture)\\.js$|^dist/packages/[^/]+/testing/|^dist/test/';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-cycle',
      comment: 'A cycle means that neither module can be understood, tested or loaded without the other.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolved',
      comment: 'An import that leads nowhere fails at the first start.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'apps-apart',
      comment: 'An app is one process; what two of them need belongs in a package.',
      severity: 'error',
      from: { path: '^dist/apps/([^/]+)/' },
      to: { path: '^dist/apps/', pathNot: '^dist/apps/$1/' },
    },
    {
      name: 'packages-below-apps',
      comment: 'Packages are what apps share, so they know no app.',
      severity: 'error',
      from: { path: '^dist/packages/', pathNot: tests },
      to: { path: '^dist/apps/' },
    },
    {
      name: 'contracts-import-nothing',
      comment: 'Contracts are types, states and errors without I/O; the schema library is all that they need.',
      severity: 'error',
      from: { path: '^dist/packages/contracts/', pathNot: tests },
      to: { pathNot: ['^dist/packages/contracts/', npm('typebox')] },
    },
    {
      name: 'database-without-queue',
      comment: 'The record must not depend on what carries it.',
      severity: 'error',
      from: { path: '^dist/packages/database/', pathNot: tests },
      to: { path: '^dist/packages/queue/', reachable: true },
    },
    {
      name: 'queue-without-database',
      comment: 'The carrier carries ids; what they mean is the record’s business.',
      severity: 'error',
      from: { path: '^dist/packages/queue/', pathNot: tests },
      to: { path: '^dist/packages/database/', reachable: true },
    },
    {
      name: 'tasks-apart',
      comment: 'A task is one folder: taking it away must break no other.',
      severity: 'error',
      from: { path: '^dist/packages/tasks/([^/]+)/' },
      to: { path: '^dist/packages/tasks/', pathNot: '^dist/packages/tasks/$1/' },
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
      comment: 'Test code, fixtures and what only development installs are not there in production.',
      severity: 'error',
      from: { path: '^dist/(apps|packages|scripts)/', pathNot: [tests, '^dist/scripts/test'] },
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
      from: { path: '^dist/(apps|packages)/', pathNot: tests },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.map$' },
    moduleSystems: ['es6', 'cjs'],
    // The subpath imports of package.json (`#contracts/*`), as Node reads them.
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['node', 'import', 'default'] },
    skipAnalysisNotInRules: true,
  },
};
