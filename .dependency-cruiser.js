/** The rooms of src/, the one above those it stands on. What is not said here is not allowed. */
const rooms = {
  health: ['tickets', 'events', 'auth', 'cache', 'database', 'http', 'telemetry'],
  comments: ['tickets', 'events', 'auth', 'cache', 'database', 'http'],
  tickets: ['events', 'auth', 'cache', 'config', 'database', 'http'],
  events: ['auth', 'config', 'database', 'http'],
  edge: ['auth', 'cache', 'config', 'http', 'telemetry'],
  auth: ['config', 'http', 'telemetry'],
  cache: ['config', 'http', 'telemetry'],
  http: ['config', 'database', 'telemetry'],
  database: ['config', 'telemetry'],
  telemetry: ['config'],
  config: [],
};

const roomRules = Object.entries(rooms).map(([room, below]) => ({
  name: `${room}-stands-on`,
  comment: `src/${room} may use ${below.join(', ') || 'no other room'}.`,
  severity: 'error',
  from: { path: `^src/${room}/`, pathNot: '[.]spec[.]ts$' },
  to: { path: '^src/', pathNot: `^src/(${[room, ...below].join('|')})/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...roomRules,
    {
      name: 'no-circles',
      comment: 'What needs each other belongs together, or needs a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-barrels',
      comment: 'A file is imported from where it stands.',
      severity: 'error',
      from: {},
      to: { path: '/index[.]ts$', pathNot: 'node_modules' },
    },
    {
      name: 'sql-in-repositories',
      comment: 'In the features only repositories run statements.',
      severity: 'error',
      from: { path: '^src/(tickets|comments|events)/', pathNot: '[.]repository[.]ts$' },
      to: { path: '^src/database/(database|replicas|shared-connections|pool)[.]ts$' },
    },
    {
      name: 'http-in-controllers',
      comment: 'In the features only controllers, and what is named as HTTP, know of requests and answers.',
      severity: 'error',
      from: { path: '^src/(tickets|comments|events)/.*[.](service|repository|entity)[.]ts$|-policy[.]ts$' },
      to: { path: '^src/http/(answer|api-call|body|etag)[.]ts$|node_modules/(@types/)?express/' },
    },
    {
      name: 'no-unlisted-packages',
      comment: 'What is imported stands in package.json, for the service among its dependencies.',
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
