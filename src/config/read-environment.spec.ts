import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from '@jest/globals';

import { Environment } from './environment.js';
import { ConfigurationError, loadDotEnv, readEnvironment } from './read-environment.js';

const serverVariables = {
  SECRET_KEY: '0123456789abcdef0123456789abcdef',
  POSTGRES_HOST: 'db',
  POSTGRES_PASSWORD: 'p',
  REDIS_URL: 'redis://cache:6379',
};

describe('readEnvironment', () => {
  it('needs no variable for embedded servers', () => {
    expect(readEnvironment({})).toMatchObject({ PORT: 8000, REDIS_EXPIRE_TIME: 300 });
  });

  it('converts numbers, and ignores other variables', () => {
    const environment = readEnvironment({ ...serverVariables, PORT: '80', POSTGRES_PORT: '6543', HOME: '/' });
    expect(environment).toMatchObject({ PORT: 80, POSTGRES_PORT: 6543, POSTGRES_HOST: 'db' });
    expect(environment).not.toHaveProperty('HOME');
  });

  it('rejects a placeholder for the key even with embedded servers', () => {
    expect(() => readEnvironment({ SECRET_KEY: 'change-me' })).toThrow(/^SECRET_KEY /);
  });

  it('treats an empty variable as unset', () => {
    expect(readEnvironment({ PORT: '', POSTGRES_HOST: '', REDIS_USER: '' })).toEqual(readEnvironment({}));
  });

  it.each([
    ['PORT', 'http'],
    ['PORT', '65536'],
    ['PORT', '80.5'],
    ['POSTGRES_PORT', '0'],
    ['REDIS_EXPIRE_TIME', '0'],
    ['REDIS_EXPIRE_TIME', '1 minute'],
    ['REDIS_URL', 'http://cache'],
    ['REDIS_URL', 'cache:6379'],
    ['REDIS_URL', ''],
    ['REDIS_KEY_PREFIX', '{tickets}'],
    ['POSTGRES_PASSWORD', ''],
    ['SECRET_KEY', ''],
    ['SECRET_KEY', 'short'],
    ['CORS_ORIGINS', 'desk.example.com'],
    ['CORS_ORIGINS', 'https://desk.example.com/app'],
    ['PUBLIC_URL', 'desk.example.com'],
    ['PUBLIC_URL', 'https://desk.example.com/?a=b'],
    ['EMBEDDED_POSTGRES', 'yes'],
    ['SECRET_KEY', 'change-me-change-me-change-me-change-me'],
    ['SECRET_KEY', 'replace-this-with-32-random-characters'],
  ])('rejects %s=%s with one line that names it', (name, value) => {
    const read = () => readEnvironment({ ...serverVariables, [name]: value });
    expect(read).toThrow(ConfigurationError);
    expect(read).toThrow(new RegExp(`^${name} [^\\n]+$`));
  });

  it.each(['WORKERS', 'REDIS_CLUSTER_NODES', 'SEARCH_DICTIONARY'])(
    'rejects the removed %s, and names its replacement',
    (name) => {
      expect(() => readEnvironment({ [name]: '2' })).toThrow(
        new RegExp(`^${name} is no longer supported: [^\\n]+$`),
      );
      expect(() => readEnvironment({ [name]: '' })).not.toThrow();
    },
  );
});

describe('Addresses', () => {
  it('are written as browsers write them', () => {
    const { CORS_ORIGINS, PUBLIC_URL } = readEnvironment({
      CORS_ORIGINS: 'https://Desk.Example.com, http://a.example:80/,https://b.example:8443',
      PUBLIC_URL: 'https://desk.example.com/api/',
    });
    expect(CORS_ORIGINS).toEqual(['https://desk.example.com', 'http://a.example', 'https://b.example:8443']);
    expect(PUBLIC_URL).toBe('https://desk.example.com/api');
  });
});

describe('DATABASE_URL', () => {
  const { SECRET_KEY, REDIS_URL } = serverVariables;

  it('stands for the variables of PostgreSQL', () => {
    const DATABASE_URL = 'postgresql://ticket:p%40ss@db.example.com:6543/desk';
    expect(readEnvironment({ SECRET_KEY, REDIS_URL, DATABASE_URL })).toMatchObject({
      POSTGRES_HOST: 'db.example.com',
      POSTGRES_PORT: 6543,
      POSTGRES_USER: 'ticket',
      POSTGRES_PASSWORD: 'p@ss',
      POSTGRES_DB: 'desk',
    });
  });

  it('has the same requirements as POSTGRES_HOST', () => {
    const DATABASE_URL = 'postgres://ticket:p@db/desk';
    expect(() => readEnvironment({ SECRET_KEY, DATABASE_URL })).toThrow(
      /^REDIS_URL is missing: .*DATABASE_URL/,
    );
    expect(() =>
      readEnvironment({ SECRET_KEY, REDIS_URL, DATABASE_URL: 'postgres://ticket@db/desk' }),
    ).toThrow(/^POSTGRES_PASSWORD is missing/);
  });

  it.each(['POSTGRES_HOST', 'POSTGRES_PORT', 'POSTGRES_USER', 'POSTGRES_PASSWORD', 'POSTGRES_DB'])(
    'is rejected beside %s',
    (name) => {
      const DATABASE_URL = 'postgres://ticket:p@db/desk';
      expect(() => readEnvironment({ SECRET_KEY, REDIS_URL, DATABASE_URL, [name]: '1' })).toThrow(
        `${name} is set beside DATABASE_URL: remove one of them`,
      );
    },
  );

  it.each([
    ...['db', 'mysql://a:b@db/desk', 'postgres://a:b@db', 'postgres://a:b@db/', 'postgres://db/desk'],
    ...['postgres://a:b@db/desk?sslmode=require', 'postgres://a:%ff@db/desk', 'postgres://a:b@db:x/desk'],
  ])('is rejected as %s with one line', (DATABASE_URL) => {
    const read = () => readEnvironment({ SECRET_KEY, REDIS_URL, DATABASE_URL });
    expect(read).toThrow(/^DATABASE_URL must be a URL such as [^\n]+$/);
  });
});

describe('The file .env', () => {
  const before = { cwd: process.cwd(), env: { ...process.env } };
  afterEach(() => {
    process.chdir(before.cwd);
    process.env = { ...before.env };
  });
  const load = (bytes: Buffer) => {
    const folder = mkdtempSync(join(tmpdir(), 'ticket-env-'));
    writeFileSync(join(folder, '.env'), bytes);
    process.chdir(folder);
    loadDotEnv();
  };

  it('is read with a byte order mark and line ends of Windows, and does not replace variables', () => {
    process.env['RATE_LIMIT'] = '1/1';
    load(Buffer.from('\uFEFFAUTH_REQUIRED=true\r\nLOG_LEVEL="debug" # all\r\nRATE_LIMIT=2/2\r\n'));
    const { AUTH_REQUIRED, LOG_LEVEL, RATE_LIMIT } = process.env;
    expect([AUTH_REQUIRED, LOG_LEVEL, RATE_LIMIT]).toEqual(['true', 'debug', '1/1']);
  });

  it.each([
    ['in UTF-16', Buffer.from('\uFEFFAUTH_REQUIRED=true\r\n', 'utf16le')],
    ['in UTF-16', Buffer.from('\uFEFFAUTH_REQUIRED=true\r\n', 'utf16le').swap16()],
    ['in UTF-16', Buffer.from('AUTH_REQUIRED=true', 'utf16le')],
    ['not in UTF-8', Buffer.from('JWT_ISSUER=m\xfcller', 'latin1')],
  ])('is rejected by name if it is %s', (encoding, bytes) => {
    expect(() => {
      load(bytes);
    }).toThrow(`.env is ${encoding}: save it as UTF-8`);
  });
});

describe('.env.example', () => {
  it('contains every variable, and no other', () => {
    const text = readFileSync('.env.example', 'utf8');
    const assigned = Array.from(text.matchAll(/^\s*([A-Z\d_]+)[=:]/gm), ([, name]) => name);
    expect(assigned.sort()).toEqual(Object.keys(new Environment()).sort());
  });
});
