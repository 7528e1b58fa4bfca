import { applyDecorators } from '@nestjs/common';
import { Transform, Type } from 'class-transformer';
import {
  IsArray,
  IsBoolean,
  IsInt,
  IsString,
  Matches,
  Max,
  Min,
  MinLength,
  ValidateIf,
} from 'class-validator';

/** The members of the environment that decide what else must be set. */
interface Deciding {
  POSTGRES_HOST?: string;
  AUTH_REQUIRED: boolean;
  METRICS_AUTH_REQUIRED: boolean;
}

/** A variable that must be set where POSTGRES_HOST is, and must be right wherever it is set. */
export const NeededOnServers = () =>
  ValidateIf(({ POSTGRES_HOST }: Deciding, value) => POSTGRES_HOST !== undefined || value !== undefined);

/** A key that must be set where POSTGRES_HOST is, or where tokens are asked for. */
export const NeededToSign = () =>
  ValidateIf(
    ({ POSTGRES_HOST, AUTH_REQUIRED, METRICS_AUTH_REQUIRED }: Deciding, value) =>
      POSTGRES_HOST !== undefined || AUTH_REQUIRED || METRICS_AUTH_REQUIRED || value !== undefined,
  );

/** A whole number within bounds. */
export function IsWholeNumber(least: number, max: number): PropertyDecorator {
  return applyDecorators(
    Type(() => Number),
    IsInt(),
    Max(max),
    Min(least),
  );
}

/** A switch: true or false. */
export function IsSwitch(): PropertyDecorator {
  const switches = new Map<unknown, unknown>([
    ['true', true],
    ['false', false],
  ]);
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => switches.get(value) ?? value),
    IsBoolean({ message: 'must be true or false' }),
  );
}

/** Several values with commas between them. */
export function IsCommaSeparated(each: RegExp, message: string): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? value.split(',').map((item) => item.trim()) : value,
    ),
    IsArray(),
    Matches(each, { each: true, message }),
  );
}

/** Hosts, each with a port where it is not the usual one. */
export const AreHosts = () =>
  IsCommaSeparated(/^[\w.-]+(:\d{1,5})?$/, 'must be hosts, or host:port, with commas between');

/** A key that somebody has made, unlike those of .env.example, of tutorials and of haste. */
const noPlaceholder = /^(?!.*(change|replace|example|placeholder|your[-_ ]|secret[-_ ]?key))/i;

/** A key to sign with. */
export function IsKey(): PropertyDecorator {
  return applyDecorators(
    IsString({
      message: 'is missing: it is needed where POSTGRES_HOST, AUTH_REQUIRED or METRICS_AUTH_REQUIRED is set',
    }),
    Matches(noPlaceholder, { message: 'is still a placeholder: make one with `openssl rand -hex 32`' }),
    MinLength(32, { message: 'must have at least 32 characters' }),
  );
}
