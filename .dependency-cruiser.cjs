/** Arrows between folders: what each top folder may import, and no circle anywhere. `npm run check` enforces them. */

/** @param {string} from @param {string[]} to folders that it may import beside itself */
const only = (from, to) => ({
  name: `${from}-imports-only`,
  comment: `${from}/ imports ${to.length > 0 ? to.join(', ') : 'nothing'} of this repository, and itself`,
  severity: 'error',
  from: { path: `^${from}/` },
  to: {
    path: '^(suite|workflows|activities|kubernetes|cluster|cli|worker|results|reports|temporal|local|test|docs|image)/',
    pathNot: [from, ...to].map((folder) => `^${folder}/`),
  },
});

module.exports = {
  forbidden: [
    { name: 'no-file-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-folder-circles',
      severity: 'error',
      scope: 'folder',
      from: { path: '^(suite|results|reports|activities|workflows|kubernetes|cluster|cli|worker)/' },
      to: { circular: true },
    },
    only('suite', []),
    // A request that fails has a class of failure; of suites, tests and runs the client knows nothing.
    only('kubernetes', ['suite/verdict']),
    only('cluster', ['kubernetes', 'suite']),
    only('results', ['suite']),
    only('reports', ['results', 'suite']),
    only('workflows', ['activities', 'suite']),
    only('activities', ['cluster', 'kubernetes', 'reports', 'results', 'suite']),
    only('temporal', ['suite', 'workflows/common']),
    only('cli', ['cluster', 'kubernetes', 'reports', 'results', 'suite', 'temporal', 'workflows/common']),
    only('worker', ['activities', 'results', 'suite', 'temporal', 'workflows']),
    only('local', ['cli', 'worker']),
    // Runs as it is, before a build.
    only('image', []),
    // The fault matrix is a table of the tests, and the metrics are a table of the worker.
    only('docs', ['cli', 'suite', 'test/support', 'worker/metrics']),
    {
      name: 'workflows-know-only-types-of-activities',
      comment: 'a workflow must not do I/O: it calls activities through a proxy',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { path: '^activities/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-development-dependency-in-the-product',
      severity: 'error',
      from: { path: '^(suite|workflows|activities|kubernetes|cluster|cli|worker|results|reports|temporal)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'units-start-nothing',
      comment: 'test/unit needs no server and starts no process: what does is in another lane',
      severity: 'error',
      from: { path: '^test/unit/' },
      to: {
        path: '^(node:)?child_process$|node_modules/execa/|^test/support/(stores|postgres|temporal|durable-temporal|lab|box|browser|command-line)\\.ts$',
      },
    },
    { name: 'no-unresolved-import', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    // The compiler's own parser is not open to programs (TypeScript 7); swc sees type imports as well.
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|node_modules)/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
