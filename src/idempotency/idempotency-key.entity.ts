import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** An Idempotency-Key, with the response to its request. */
@Entity('idempotency_key')
// The migrations declare these indexes, because they are on expressions.
@Index('idempotency_key_of_ticket', { synchronize: false })
@Index('idempotency_key_of_email', { synchronize: false })
export class IdempotencyKeyRow {
  /** The key of the client and, after a space, the subject of its token. */
  @PrimaryColumn('text')
  key!: string;

  /** A digest of the request. */
  @Column('bytea')
  fingerprint!: Buffer;

  /** The response; null once it was erased, and for other transactions never while the request is in progress. */
  @Column('json', { nullable: true })
  answer!: object | null;

  /** The time of the first request. */
  @Index('idempotency_key_by_age')
  @Column({ type: 'timestamptz', precision: 3, default: () => 'now()' })
  created_at!: Date;
}
