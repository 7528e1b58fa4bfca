import { DataSource } from 'typeorm';

import { loadDotEnv, readEnvironment } from '../config/read-environment.js';
import { migrationOptions } from './data-source-options.js';
import { findPostgres } from './postgres-server.js';

loadDotEnv();

/** The data source that the `npm run migration:*` scripts hand to TypeORM's command line. */
export default new DataSource(migrationOptions(await findPostgres(readEnvironment(process.env))));
