import { DataSource } from 'typeorm';
import { loadDotEnv, readEnvironment } from '../config/read-environment.js';
import { migrationOptions } from './data-source-options.js';
import { shareEmbeddedPostgres } from './embedded-postgres.js';
import { findPostgres } from './postgres-server.js';
loadDotEnv();
const server = await findPostgres(readEnvironment(process.env), shareEmbeddedPostgres);
/** Data source of TypeORM's command line, which the `npm run migration:*` scripts call. */
export default new DataSource(migrationOptions(server));
//# sourceMappingURL=data-source.js.map