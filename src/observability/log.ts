import type { LoggerService } from '@nestjs/common';
import { destination, pino, type Logger } from 'pino';
import pretty from 'pino-pretty';

import type { Environment } from '../config/environment.js';

/** Where the lines of the log are written. */
export type Log = Logger;

/** Lines are written together, once there are so many bytes of them or so much time has passed: a write costs more than a line. */
const batchBytes = 8 * 1024;
const batchMs = 100;

/** How much of the log waits for a reader that does not keep up, in bytes, before lines are dropped. */
const maxWaitingBytes = 8 * 1024 * 1024;

/** Opens the log on the standard output: a line of JSON each, or lines for people where that is a terminal. */
export function createLog({ LOG_LEVEL }: Pick<Environment, 'LOG_LEVEL'>): Log {
  const options = {
    level: LOG_LEVEL,
    base: null,
    timestamp: timeField(),
    formatters: { level: (level: string) => ({ level }) },
  };
  if (process.stdout.isTTY)
    return pino(options, pretty({ sync: true, ignore: 'request_id,trace_id,parent_id' }));
  const batch = { minLength: batchBytes, periodicFlush: batchMs, maxLength: maxWaitingBytes };
  const output = destination({ dest: 1, sync: false, ...batch });
  // A disk that is full takes lines again once it has room; at the end nothing more is forced upon it, which would never end.
  output.on('error', () => (output.flushSync = () => undefined));
  return pino(options, output);
}

/** The time of a line in ISO 8601, made once for all lines of a millisecond. */
function timeField(): () => string {
  let madeMs = 0;
  let field = '';
  return () => {
    const now = Date.now();
    if (now !== madeMs) field = `,"time":"${new Date(now).toISOString()}"`;
    madeMs = now;
    return field;
  };
}

/** What Nest and the rooms say by its Logger, as lines of the log. */
export class NestLog implements LoggerService {
  constructor(private readonly to: Log) {}

  /** Something of note. */
  log(message: unknown, context?: string): void {
    this.to.info(...line(message, context));
  }

  /** Something that the service can live with. */
  warn(message: unknown, context?: string): void {
    this.to.warn(...line(message, context));
  }

  /** A fault. */
  error(message: unknown, stack?: string, context?: string): void {
    this.to.error(...line(message, context, stack));
  }
}

function line(message: unknown, context?: string, stack?: string): [object, string?] {
  const fields = { ...(context !== undefined && { context }), ...(stack !== undefined && { stack }) };
  if (message instanceof Error) return [{ ...fields, stack: message.stack }, message.message];
  if (typeof message === 'object' && message !== null) return [{ ...fields, ...message }];
  return [fields, String(message)];
}
