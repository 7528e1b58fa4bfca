import { applyDecorators } from '@nestjs/common';
import { Transform, Type } from 'class-transformer';
import { IsBoolean, IsInt, IsString, IsUrl, Matches, Max, Min, MinLength } from 'class-validator';
import { ValidateBy, ValidateIf } from 'class-validator';
import ipaddr from 'ipaddr.js';

/** Makes a variable required if one of these is set, and not to false; optional otherwise. */
export const RequiredWith = (...names: string[]) =>
  ValidateIf((variables: Record<string, unknown>, value) =>
    [value, ...names.map((name) => variables[name])].some((each) => each !== undefined && each !== false),
  );

/** Checks for a whole number within inclusive bounds. */
export function IsWholeNumber(min: number, max: number): PropertyDecorator {
  return applyDecorators(
    Type(() => Number),
    IsInt(),
    Max(max),
    Min(min),
  );
}

/** Checks for `true` or `false`. */
export function IsFlag(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => ({ true: true, false: false })[String(value)] ?? value),
    IsBoolean({ message: 'must be true or false' }),
  );
}

/** Checks for an address of http or https. */
export function IsHttpUrl(example: string): PropertyDecorator {
  const options = { require_tld: false, require_protocol: true, protocols: ['http', 'https'] };
  return IsUrl(options, { message: `must be a URL such as ${example}` });
}

/** Checks for values separated by commas. */
export function IsCommaSeparated(each: RegExp, message: string): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: string }) => value.split(',').map((item) => item.trim())),
    Matches(each, { each: true, message }),
  );
}

/** Checks for host or host:port, separated by commas. */
export const AreHosts = () =>
  IsCommaSeparated(/^[\w.-]+(:\d{1,5})?$/, 'must be host or host:port, separated by commas');

/** Checks for host, host:port or a network such as 10.0.0.0/8, separated by commas. */
export const AreWebhookHosts = () =>
  applyDecorators(
    IsCommaSeparated(/^([\w.-]+|\[[\da-f:.]+\])(:\d{1,5})?$|\//i, webhookHostsMessage),
    ValidateBy({
      name: 'areNetworks',
      validator: {
        validate: (entries: string[]) => entries.filter((entry) => entry.includes('/')).every(isNetwork),
        defaultMessage: () => webhookHostsMessage,
      },
    }),
  );

const webhookHostsMessage = 'must be host, host:port or networks such as 10.0.0.0/8, separated by commas';

function isNetwork(text: string): boolean {
  try {
    ipaddr.parseCIDR(text);
    return true;
  } catch {
    return false;
  }
}

/** Checks for origins, separated by commas, and writes them as browsers do: in lower case, without the default port. */
export function AreOrigins(): PropertyDecorator {
  const origin = /^https?:\/\/[^/\s@?#]+\/?$/i;
  const toOrigin = (item: string) => (origin.test(item) && URL.canParse(item) ? new URL(item).origin : item);
  return applyDecorators(
    Transform(({ value }: { value: string[] }) => value.map(toOrigin)),
    IsCommaSeparated(origin, 'must be origins such as https://desk.example.com, separated by commas'),
  );
}

/** Checks for the address of the service, and removes the slashes at its end. The empty default means that it has none. */
export function IsPublicUrl(): PropertyDecorator {
  return applyDecorators(
    ValidateIf((_, value) => value !== ''),
    Transform(({ value }: { value: string }) => value.replace(/\/+$/, '')),
    Matches(/^https?:\/\/[^/\s@?#<>"]+(\/[^\s?#<>"]*)?$/i, {
      message: 'must be an address such as https://desk.example.com/api',
    }),
  );
}

/** Excludes the placeholders of .env.example and of tutorials. */
const noPlaceholder = /^(?!.*(change|replace|example|placeholder|your[-_ ]|secret[-_ ]?key))/i;

/** Checks for a key that is long enough to sign with. */
export function IsKey(): PropertyDecorator {
  return applyDecorators(
    IsString({
      message:
        'is missing: it is required if POSTGRES_HOST, DATABASE_URL, AUTH_REQUIRED or METRICS_AUTH_REQUIRED is set',
    }),
    Matches(noPlaceholder, { message: 'is still a placeholder: generate a key with `openssl rand -hex 32`' }),
    MinLength(32, { message: 'must have at least 32 characters' }),
  );
}
