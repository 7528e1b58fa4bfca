import { Check, Column, Entity } from 'typeorm';

import { choiceError, emailError, maxEmailLength } from '../api/field-rules.js';
import {
  CountField,
  declareField,
  enumSchema,
  IdField,
  namedValues,
  ServiceField,
  TimeField,
} from '../api/fields.js';

/** The modes of an erasure. */
const erasureModes = namedValues('ErasureMode', ['redact', 'delete']);

/** The states of an erasure. */
const erasureStates = namedValues('ErasureState', ['pending', 'running', 'done', 'failed']);

/** The request to erase the data of an address. */
@Entity()
@Check('erasure_keeps_no_address', `(state = 'done') = (email IS NULL)`)
export class Erasure {
  /** The id of the erasure. */
  @IdField({ primary: true, generated: true, example: 5 })
  id!: number;

  /** The email address, in any case. The service forgets it when the erasure is done. */
  @declareField({
    column: Column('text', { nullable: true }),
    rule: emailError,
    schema: { type: String, format: 'email', maxLength: maxEmailLength, example: 'ada@example.com' },
  })
  email!: string;

  /** What becomes of the tickets of the address: `redact` replaces their texts, `delete` removes them. */
  @declareField({
    column: Column('text'),
    rule: (value) => choiceError(value, erasureModes),
    schema: { ...enumSchema(erasureModes), example: 'redact' },
  })
  mode!: (typeof erasureModes)[number];

  /** The state: `failed` if the last attempt failed. The service tries again every minute, until it is `done`. */
  @ServiceField({ type: 'text', default: 'pending' }, { ...enumSchema(erasureStates), example: 'running' })
  state!: (typeof erasureStates)[number];

  /** The subject of the token that asked for it. */
  @Column('text', { nullable: true })
  actor!: string | null;

  /** The tickets that were redacted or deleted so far. */
  @CountField({ default: 0, example: 2 })
  tickets!: number;

  /** The comments on tickets of others that were redacted so far. */
  @CountField({ default: 0, example: 1 })
  comments!: number;

  /** The time of the request. */
  @TimeField({ default: 'now()' })
  created_at!: string;

  /** The time at which it was done; null before that. */
  @TimeField({ nullable: true })
  finished_at!: string | null;

  /** The time of the last batch that found something to erase. */
  @Column({ type: 'timestamptz', default: () => 'now()' })
  worked_at!: Date;

  /** The time of the last attempt. The one that was tried longest ago is next. */
  @Column({ type: 'timestamptz', default: () => 'now()' })
  tried_at!: Date;
}
