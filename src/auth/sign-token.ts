import 'reflect-metadata';

import { parseArgs } from 'node:util';

import { loadDotEnv, readEnvironment } from '../config/read-environment.js';
import { errorMessage } from '../observability/error-message.js';
import { scopes } from './principal.js';
import { maxTokenSeconds, TokenService } from './token.service.js';

const usage = `npm run --silent token -- --sub <subject> --scope '<${scopes.join('|')} …>' [--email <address>] [--seconds 3600]`;

/** Signs a token with SECRET_KEY, from the environment or .env. */
async function signToken(): Promise<string> {
  const text = { type: 'string' } as const;
  const options = { sub: text, scope: text, email: text, seconds: { ...text, default: '3600' } };
  const { sub, scope, email, seconds } = parseArgs({ options }).values;
  const unknown = scope?.split(' ').find((name) => !(scopes as readonly string[]).includes(name));
  const isTime = /^[1-9]\d{0,8}$/.test(seconds) && Number(seconds) <= maxTokenSeconds;
  if (unknown !== undefined) throw new Error(`There is no scope ${unknown}: ${usage}`);
  if (!sub || !scope || !isTime) throw new Error(usage);
  loadDotEnv();
  return new TokenService(readEnvironment(process.env)).sign({ subject: sub, scope, email }, Number(seconds));
}

try {
  console.log(await signToken());
} catch (error) {
  console.error(errorMessage(error));
  process.exit(1);
}
