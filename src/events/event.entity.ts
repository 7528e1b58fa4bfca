import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** What can happen to a ticket. */
export const eventTypes = ['ticket.created', 'ticket.status_changed', 'comment.added'] as const;

/** The kind of a change. */
export type EventType = (typeof eventTypes)[number];

/** A change of a ticket as the table keeps it; never changed once it is written. */
@Entity()
@Index('event_of_ticket', ['ticket_id', 'version'], { unique: true })
@Index('event_in_feed', ['position', 'id'])
export class Event {
  /** The number of the event. */
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: number;

  /** What happened. */
  @Column('text')
  type!: EventType;

  /** The ticket it happened to. */
  @Column('bigint')
  ticket_id!: number;

  /** The version that the ticket got by it. */
  @Column('integer')
  version!: number;

  /** Its place in the feed, together with its number. */
  @Column('bigint', { default: () => 'feed_clock(pg_current_xact_id())' })
  position!: number;

  /** Who did it; null where nobody had to say. */
  @Column('text', { nullable: true })
  actor!: string | null;

  /** When it happened. */
  @Column({ type: 'timestamptz', precision: 3, default: () => 'clock_timestamp()' })
  at!: string;

  /** What more there is to say, by its type. */
  @Column('json')
  data!: object;
}
