import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { Environment } from './environment.js';
import { ConfigurationError, readEnvironment } from './read-environment.js';

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

describe('.env.example', () => {
  it('contains every variable, and no other', () => {
    const text = readFileSync('.env.example', 'utf8');
    const assigned = Array.from(text.matchAll(/^\s*([A-Z_]+)[=:]/gm), ([, name]) => name);
    expect(assigned.sort()).toEqual(Object.keys(new Environment()).sort());
  });
});
