import { IsOptional, IsString, Matches } from 'class-validator';

import { AreWebhookHosts, IsCommaSeparated, IsFlag, IsHttpUrl } from './environment.validators.js';
import { IsWholeNumber, RequiredWith } from './environment.validators.js';
import { StoreVariables } from './store.variables.js';

/** Variables of which all are required if one is set. */
const s3Variables = [
  ...['ATTACHMENTS_S3_ENDPOINT', 'ATTACHMENTS_S3_BUCKET'],
  ...['ATTACHMENTS_S3_ACCESS_KEY_ID', 'ATTACHMENTS_S3_SECRET_ACCESS_KEY'],
];

/**
 * Environment variables of the process, validated once at start: those of features, after those of the stores and of the service.
 * docs/configuration.md is generated from these classes. Decorators of a variable are checked from the last to the first; the first rule
 * that fails is reported.
 */
export class Environment extends StoreVariables {
  /** Days after which events are removed from the feed, 1 to 36500. Unset: events are kept. */
  @IsOptional()
  @IsWholeNumber(1, 36_500)
  EVENTS_RETENTION_DAYS?: number;

  /** Days after which closed tickets are deleted, 1 to 36500. Unset: tickets are kept. */
  @IsOptional()
  @IsWholeNumber(1, 36_500)
  TICKETS_RETENTION_DAYS?: number;

  /** Days after which a ticket that is answered, and has not changed since, is closed, 1 to 36500. Unset: such tickets stay. */
  @IsOptional()
  @IsWholeNumber(1, 36_500)
  AUTO_CLOSE_DAYS?: number;

  /**
   * Hosts that webhooks may use although they have private addresses or no TLS, separated by commas: host, host:port or a
   * network such as 10.0.0.0/8. Unset: only https and public addresses.
   */
  @IsOptional()
  @AreWebhookHosts()
  WEBHOOK_HOSTS?: string[];

  /** Seconds until the next attempt after each failed attempt of a delivery, separated by commas. After the last one it is given up. */
  @IsCommaSeparated(/^\d{1,7}(\.\d{1,3})?$/, 'must be seconds, separated by commas')
  WEBHOOK_RETRY_SCHEDULE = ['5', '300', '1800', '7200', '18000', '36000', '50400', '72000', '86400'];

  /** Maximum size of an attachment in bytes, 1 to 5368709120. */
  @IsWholeNumber(1, 5 * 1024 ** 3)
  ATTACHMENTS_MAX_BYTES = 25 * 1024 ** 2;

  /**
   * Folder of the attachments if ATTACHMENTS_S3_ENDPOINT is unset. All replicas must share it, on a file system with hard
   * links.
   */
  @IsString()
  ATTACHMENTS_DIR = '.data/attachments';

  /**
   * URL of the S3-compatible store of the attachments, such as https://s3.eu-central-1.amazonaws.com. Clients upload to it and
   * download from it, so they must reach it too. Unset: attachments are files in ATTACHMENTS_DIR.
   */
  @RequiredWith(...s3Variables)
  @IsHttpUrl('https://s3.eu-central-1.amazonaws.com')
  @IsString({ message: 'is missing: it is required if another ATTACHMENTS_S3 variable is set' })
  ATTACHMENTS_S3_ENDPOINT?: string;

  /** Bucket of the attachments. Required if ATTACHMENTS_S3_ENDPOINT is set. */
  @RequiredWith(...s3Variables)
  @Matches(/^[\w.-]{3,63}$/, {
    message: 'must be the name of a bucket; it is required with ATTACHMENTS_S3_ENDPOINT',
  })
  ATTACHMENTS_S3_BUCKET?: string;

  /** Region of the bucket. */
  @IsString()
  ATTACHMENTS_S3_REGION = 'us-east-1';

  /** Access key of the bucket. Required if ATTACHMENTS_S3_ENDPOINT is set. */
  @RequiredWith(...s3Variables)
  @IsString({ message: 'is missing: it is required if ATTACHMENTS_S3_ENDPOINT is set' })
  ATTACHMENTS_S3_ACCESS_KEY_ID?: string;

  /** Secret key of ATTACHMENTS_S3_ACCESS_KEY_ID. Required if ATTACHMENTS_S3_ENDPOINT is set. */
  @RequiredWith(...s3Variables)
  @IsString({ message: 'is missing: it is required if ATTACHMENTS_S3_ENDPOINT is set' })
  ATTACHMENTS_S3_SECRET_ACCESS_KEY?: string;

  /** Puts the bucket into the path of URLs instead of the host name. Most stores other than that of Amazon need it. */
  @IsFlag()
  ATTACHMENTS_S3_FORCE_PATH_STYLE = false;
}
