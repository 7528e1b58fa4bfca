import { isVisibleTo } from '../database/addresses.sql.js';

/** The types of events that requesters see. The others, and new ones until they are entered here, are for the team. */
const types = [
  ...['ticket.created', 'ticket.updated', 'ticket.status_changed', 'ticket.imported', 'ticket.redacted'],
  ...['comment.added', 'comment.redacted', 'attachment.added', 'attachment.removed'],
];

/** The data that requesters see, and the names of fields in `changed`. */
const dataKeys = [
  ...['changed', 'from', 'to', 'status', 'reason', 'visibility', 'author'],
  ...['comment_id', 'comment_ids', 'attachment_id'],
];
const fields = ['theme', 'text', 'email', 'status'];

const textArray = (values: string[]) => `'{${values.join()}}'::text[]`;

const shownFields = `
  (SELECT json_agg(name) FROM json_array_elements_text(data->'changed') AS name WHERE name = ANY (${textArray(fields)}))`;

/** The data of an event without what is the team's. */
const shownData = `(
  SELECT coalesce(json_object_agg(key, CASE key WHEN 'changed' THEN ${shownFields} ELSE value END), '{}')
  FROM json_each(data) WHERE key = ANY (${textArray(dataKeys)}))`;

/**
 * The columns of an event as a reader sees it.
 * @param requester the parameter with the address of a requester, or null for the team
 */
export const eventColumns = (requester: string) => `
  type, version,
  CASE WHEN ${requester}::text IS NULL THEN actor WHEN by_requester THEN 'requester' ELSE 'team' END AS actor, at,
  CASE WHEN ${requester}::text IS NULL THEN data ELSE ${shownData} END AS data`;

/**
 * The condition on events that a reader may see: those about something internal are for the team, and so are changes of fields that
 * requesters do not see.
 * @param visible the parameter with the visibilities
 */
export const isShown = (visible: string, requester: string) => `
  coalesce(data->>'visibility', 'public') = ANY (${visible}::text[]) AND (
    ${requester}::text IS NULL
    OR type = ANY (${textArray(types)}) AND (type <> 'ticket.updated' OR ${shownFields} IS NOT NULL)
  )`;

/** The condition that a reader may see the ticket with this id. A ticket that was deleted belongs to no requester. */
export const isOfReader = (ticketId: string, requester: string) => `(
  ${requester}::text IS NULL OR EXISTS (SELECT FROM ticket WHERE ticket.id = ${ticketId} AND ${isVisibleTo(requester)}))`;
