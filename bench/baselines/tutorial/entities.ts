import {
  Column,
  Entity,
  JoinColumn,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  VersionColumn,
  getMetadataArgsStorage,
} from 'typeorm';

import { ticketColumns } from '../stores.js';

@Entity('ticket')
export class Ticket {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: number;

  @Column('text')
  theme!: string;

  @Column('text')
  text!: string;

  @Column('text')
  email!: string;

  @Column('text', { default: 'opened' })
  status!: string;

  @Column('integer', { default: 0 })
  comment_count!: number;

  @VersionColumn()
  version!: number;

  @Column('timestamptz', { default: () => 'now()' })
  created_at!: Date;

  @Column('timestamptz', { default: () => 'now()' })
  updated_at!: Date;

  @OneToMany(() => Comment, (comment) => comment.ticket)
  comments!: Comment[];
}

// The columns that the service shows and the class does not declare.
const declared = getMetadataArgsStorage()
  .filterColumns(Ticket)
  .map(({ propertyName }) => propertyName);
for (const name of ticketColumns.split(', ').filter((column) => !declared.includes(column)))
  Column('text', { nullable: true })(Ticket.prototype, name);

@Entity('comment')
export class Comment {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: number;

  @Column('bigint')
  ticket_id!: number;

  @Column('text')
  text!: string;

  @Column('text')
  email!: string;

  @Column('text', { default: 'team' })
  author!: string;

  @Column('text', { default: 'public' })
  visibility!: string;

  @Column('timestamptz', { default: () => 'NULL' })
  redacted_at!: Date | null;

  @Column('integer')
  ticket_version!: number;

  @Column('timestamptz', { default: () => 'now()' })
  created_at!: Date;

  @ManyToOne(() => Ticket, (ticket) => ticket.comments)
  @JoinColumn({ name: 'ticket_id' })
  ticket!: Ticket;
}

@Entity('event')
export class Event {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: number;

  @Column('text')
  type!: string;

  @Column('bigint')
  ticket_id!: number;

  @Column('integer')
  version!: number;

  @Column('timestamptz')
  at = new Date();

  @Column('json')
  data!: object;
}
