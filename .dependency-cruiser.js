/** The modules of src/, and what each may import. Anything that is not listed here is rejected. */
const modules = {
  'observability/(health|index|metrics[.](controller|collectors)|observability[.]module)': [
    ...['tickets', 'events', 'auth', 'cache', 'database', 'middleware', 'api', 'config', 'observability'],
  ],
  attachments: [
    ...[
      'tickets',
      'events',
      'idempotency',
      'jobs',
      'auth',
      'cache',
      'config',
      'database',
      'api',
      'observability',
    ],
  ],
  transfer: ['tickets', 'comments', 'events', 'auth', 'database', 'api', 'observability'],
  privacy: [
    ...['tickets', 'comments', 'attachments/attachment-deletion[.]sql', 'idempotency', 'events', 'jobs'],
    ...['auth', 'cache', 'config', 'database', 'api'],
  ],
  comments: ['tickets', 'events', 'idempotency', 'auth', 'cache', 'database', 'api'],
  // A ticket is shown with its first comments.
  tickets: [
    'comments/comment[.](dto|entity)',
    'events',
    'idempotency',
    'auth',
    'cache',
    'config',
    'database',
    'api',
  ],
  webhooks: ['events', 'jobs', 'idempotency', 'auth', 'database', 'api', 'config', 'observability'],
  events: ['jobs', 'auth', 'cache', 'config', 'database', 'api', 'observability'],
  middleware: ['auth', 'cache', 'api', 'database', 'config', 'observability'],
  idempotency: ['jobs', 'database', 'api', 'observability'],
  cache: ['api', 'database', 'config', 'observability'],
  api: ['database', 'config', 'observability'],
  auth: ['api', 'config', 'observability'],
  jobs: ['observability'],
  database: ['config', 'observability'],
  'observability/(log|error-message|metrics|traces)[.]ts': ['config', 'observability'],
  config: [],
};

const moduleRules = Object.entries(modules).map(([module, allowed]) => ({
  name: `${module}-may-import`,
  comment: `src/${module} may import ${allowed.join(', ') || 'no other module'}.`,
  severity: 'error',
  from: { path: `^src/${module}`, pathNot: '[.]spec[.]ts$' },
  to: { path: '^src/', pathNot: `^src/(${[module, ...allowed].join('|')})` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...moduleRules,
    {
      name: 'no-cycles',
      comment: 'Modules that need each other belong together, or share a third one.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-barrels',
      comment: 'Files are imported directly.',
      severity: 'error',
      from: {},
      to: { path: '/index[.]ts$', pathNot: 'node_modules' },
    },
    {
      name: 'sql-in-repositories',
      comment: 'In the features, only repositories run SQL statements.',
      severity: 'error',
      from: {
        path: '^src/(tickets|comments|attachments|events|transfer|privacy|webhooks)/',
        pathNot: '[.]repository[.]ts$',
      },
      // A service may name the type of a transaction that it passes on.
      to: { path: '^src/database/(database|replicas)[.]ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'http-in-controllers',
      comment: 'In the features only controllers and decorators know requests and responses.',
      severity: 'error',
      from: {
        path: '^src/(tickets|comments|attachments|events|transfer|privacy|webhooks)/.*[.](service|repository|entity)[.]ts$|-policy[.]ts$',
      },
      to: {
        path: '^src/api/(api-response|endpoint|etags)|^src/middleware/body|node_modules/(@types/)?express/',
      },
    },
    {
      name: 'no-unlisted-packages',
      comment: 'The service imports only packages that package.json lists as its dependencies.',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: '[.]spec[.]ts$' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
