import { DataSource } from 'typeorm';

import { readEnvironment } from '../config/read-environment.js';
import { findPostgres, migrationOptions } from './data-source-options.js';

try {
  process.loadEnvFile();
} catch {
  // There need not be a .env file.
}

/** The data source that the `npm run migration:*` scripts hand to TypeORM's command line. */
export default new DataSource(migrationOptions(await findPostgres(readEnvironment(process.env))));
