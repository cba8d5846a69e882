/**
 * The arrows between packages: infra/platform <- ingest <- rater <- aggregator <- api <- infra/stack. Right may import
 * left, through public entries only (the packages' `exports`).
 */
const order = ['infra/platform', 'ingest', 'rater', 'aggregator', 'api', 'infra/stack'];

const forbiddenArrows = order.slice(0, -1).map((folder, position) => ({
  name: `${folder.replace('infra/', '')}-imports-nothing-to-its-right`,
  severity: 'error',
  from: { path: `^${folder}/`, ...(folder === 'ingest' ? { pathNot: '^ingest/sdk/' } : {}) },
  to: { path: [...order.slice(position + 1).map((right) => `^${right}/`), '^benchmarks/'] },
}));

export default {
  forbidden: [
    ...forbiddenArrows,
    {
      name: 'sdk-imports-the-contract-only',
      severity: 'error',
      from: { path: '^ingest/sdk/src/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: ['^ingest/sdk/', '^ingest/src/contract/', 'node_modules/@msgpack'] },
    },
    {
      name: 'public-entries-only',
      comment: 'Another package is imported by its name, never by a relative path.',
      severity: 'error',
      from: {
        path: '^(infra/platform|infra/stack|ingest/sdk|ingest|rater|aggregator|api|benchmarks)/',
      },
      to: {
        path: '^(infra|ingest|rater|aggregator|api|benchmarks)/',
        pathNot: '^$1/',
        dependencyTypes: ['local'],
      },
    },
    {
      name: 'money-and-pricing-are-pure',
      severity: 'error',
      from: { path: '^rater/src/(money|pricing)/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: '^rater/src/(money|pricing|meters|calendar)/' },
    },
    {
      name: 'drivers-stay-in-platform',
      severity: 'error',
      from: {
        pathNot: ['^infra/platform/src/', '^infra/stack/src/hosts/', '/test/', '^benchmarks/'],
      },
      to: { path: 'node_modules/(kafkajs|lmdb|@clickhouse/client|pg|@electric-sql/pglite|chdb)/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      conditionNames: ['tidemark-source', 'import', 'types', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
