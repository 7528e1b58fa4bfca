import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** An Idempotency-Key as the table keeps it. */
@Entity('idempotency_key')
export class IdempotencyKeyRow {
  /** What the client sent and, after a space, whose it is. */
  @PrimaryColumn('text')
  key!: string;

  /** A digest of what was asked for. */
  @Column('bytea')
  fingerprint!: Buffer;

  /** What was answered first; null only while that is under way. */
  @Column('json', { nullable: true })
  answer!: object | null;

  /** When it was first sent. */
  @Index('idempotency_key_by_age')
  @Column({ type: 'timestamptz', precision: 3, default: () => 'now()' })
  created_at!: Date;
}
