import { columnNames, columns, columnsOrDefaults, typedColumns } from '../api/dto.js';
import { stateReport } from '../database/state-report.js';
import { recordEvent } from '../events/record-event.sql.js';
import { storeTicketWords, ticketWordColumns, type ticketWords } from './search/search-text.sql.js';
import { isAllowed, lockTickets, requesterOfItems, type Lock, type TicketWrite } from './ticket-write.sql.js';
import { TicketSummaryDto, UpdateTicketDto } from './ticket.dto.js';
import { maxMetadataKeys, maxTags } from './ticket.entity.js';
import { firstComments, ticketColumns } from './ticket.sql.js';

/** A change of a ticket. */
export interface TicketChange {
  /** The fields to change. */
  fields: UpdateTicketDto;
  /** A tag to add. */
  added_tag?: string;
  /** A tag to remove. */
  removed_tag?: string;
  /** Whether the change is rejected if the ticket is assigned to another one. */
  is_claim?: boolean;
}

/** A change of a ticket for the statements below. */
export type TicketChangeItem = TicketWrite &
  Omit<TicketChange, 'fields'> &
  UpdateTicketDto &
  ReturnType<typeof ticketWords> & {
    /** The names of the fields to change, because null is a value. */
    given: string[];
  };

const names = columnNames(UpdateTicketDto);
const givenValues = columnsOrDefaults(UpdateTicketDto, 'items');

/** Values of fields that do not replace the ones before, by field. */
const merged: Partial<Record<string, string>> = {
  // A key of the metadata that is null is removed; the others stay.
  metadata: `CASE WHEN items.metadata IS NULL THEN '{}' ELSE jsonb_strip_nulls(locked.metadata || items.metadata) END`,
};

/** Values of fields that are not given, by field. */
const kept: Partial<Record<string, string>> = {
  tags: `
    CASE WHEN added_tag IS NULL THEN array_remove(locked.tags, removed_tag)
    ELSE ARRAY(SELECT DISTINCT tag COLLATE "C" FROM unnest(locked.tags || added_tag) AS tag ORDER BY 1) END`,
};

const statusChanged = `'status' = ANY (changed)`;
const changedAt = 'greatest(ticket.updated_at, checked.at)';

const eventType = `CASE WHEN ${statusChanged} THEN 'ticket.status_changed' ELSE 'ticket.updated' END`;

/** The data of the event: the names of what changed, and the values that are no personal text. */
const eventData = `(${[
  `jsonb_build_object('changed', changed)`,
  `CASE WHEN ${statusChanged} THEN jsonb_build_object('from', status_before, 'to', status) ELSE '{}' END`,
  ...['assignee', 'priority', 'tags'].map(
    (name) => `CASE WHEN '${name}' = ANY (changed) THEN jsonb_build_object('${name}', ${name}) ELSE '{}' END`,
  ),
].join(' || ')})::json`;

const itemColumns = `${ticketWordColumns}, given text[], added_tag text, removed_tag text, is_claim boolean, ${typedColumns(UpdateTicketDto)}`;

/** The values that each change asks for, if it is allowed. */
const wantedValues = names
  .map((name, n) => {
    const given = merged[name] ?? givenValues[n] ?? '';
    return `CASE WHEN '${name}' = ANY (given) THEN ${given} ELSE ${kept[name] ?? `locked.${name}`} END AS ${name}`;
  })
  .join(', ');

const changedNames = names
  .map((name) => `CASE WHEN wanted.${name} IS DISTINCT FROM locked.${name} THEN '${name}' END`)
  .join(', ');

/**
 * Locks tickets, and changes each only if the rules and If-Match allow that. The decision uses the locked row, so concurrent changes are
 * serialised. A change that leaves everything as it is makes no version. $1: a JSON list of TicketChangeItem; $2: the visibilities.
 */
const change = (lock: Lock) => ({
  name: `change_tickets_${lock}`,
  text: `
    WITH ${lockTickets(itemColumns, lock, `${columns(TicketSummaryDto)}, internal_comment_count`)}, wanted AS (
      SELECT locked.id, locked.status AS status_before, items.actor, items.requester, clock_timestamp() AS at, ${wantedValues}
      FROM locked JOIN items USING (id)
      WHERE ${isAllowed} AND (is_claim IS NULL OR locked.assignee IS NULL OR locked.assignee = items.assignee)
    ), checked AS (
      SELECT wanted.*, array_remove(ARRAY[${changedNames}], NULL) AS changed
      FROM wanted JOIN locked USING (id)
      WHERE cardinality(wanted.tags) <= ${maxTags}
        AND (SELECT count(*) FROM jsonb_object_keys(wanted.metadata)) <= ${maxMetadataKeys}
    ), updated AS (
      UPDATE ticket
      SET ${names.map((name) => `${name} = checked.${name}`).join(', ')},
        version = ticket.version + 1, updated_at = ${changedAt},
        status_changed_at = CASE WHEN ${statusChanged} THEN ${changedAt} ELSE ticket.status_changed_at END,
        closed_at = CASE checked.status WHEN 'closed' THEN ${changedAt} END
      FROM checked WHERE ticket.id = checked.id AND cardinality(changed) > 0
      RETURNING ticket.*, status_before, actor, requester, changed
    ), ${recordEvent(eventType, 'updated', {
      ...{ id: 'id', version: 'version', actor: 'actor', requester: 'requester' },
      data: eventData,
    })},
    ${storeTicketWords('updated JOIN items USING (id)')},
    shown AS (
      SELECT ${ticketColumns('updated', '$2', requesterOfItems)} FROM updated
      UNION ALL
      SELECT ${ticketColumns('locked', '$2', requesterOfItems)} FROM locked JOIN checked USING (id) WHERE changed = '{}'
    )
    SELECT locked.id AS found_id, locked.status AS found_status, locked.version AS found_version,
      locked.assignee AS found_assignee, ${columns(TicketSummaryDto, 'shown')}, ${firstComments('shown.id', '$2')}, ${stateReport}
    FROM locked LEFT JOIN shown USING (id)`,
});

/** The statements of changes, by how they lock. */
export const changeTickets = { skip: change('skip'), wait: change('wait') };
