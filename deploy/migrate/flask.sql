-- Writes a line of an import for each ticket of the Flask service: psql "$DATABASE" -qAtX -f flask.sql > tickets.ndjson
-- Times without a time zone are taken as UTC.
SET TIME ZONE 'UTC';
SELECT json_build_object(
  'external_id', 'flask:' || ticket.id,
  'theme', left(coalesce(nullif(btrim(theme), ''), 'No subject'), 255),
  'text', text,
  'email', email,
  'status', CASE status WHEN 'waiting' THEN 'awaited' WHEN 'open' THEN 'opened' ELSE status END,
  'created_at', created_at::timestamptz,
  'updated_at', coalesce(updated_at, created_at)::timestamptz,
  'comments', coalesce((
    SELECT json_agg(json_build_object('text', text, 'email', email, 'created_at', created_at::timestamptz) ORDER BY id)
    FROM comment WHERE ticket_id = ticket.id
  ), '[]')
)
FROM ticket ORDER BY id;
