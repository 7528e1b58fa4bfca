-- A sample of the database of the Flask service.
CREATE TABLE ticket (
  id serial PRIMARY KEY,
  created_at timestamp NOT NULL DEFAULT now(),
  updated_at timestamp,
  theme varchar NOT NULL,
  text text NOT NULL,
  email varchar NOT NULL,
  status varchar NOT NULL DEFAULT 'opened'
);
CREATE TABLE comment (
  id serial PRIMARY KEY,
  ticket_id integer NOT NULL REFERENCES ticket (id),
  created_at timestamp NOT NULL DEFAULT now(),
  email varchar NOT NULL,
  text text NOT NULL
);
INSERT INTO ticket (created_at, updated_at, theme, text, email, status) VALUES
  ('2021-03-01 09:00:00', '2021-03-02 10:00:00', 'Invoice 2043 is wrong', 'It lists an item twice.', 'ada@example.com', 'closed'),
  ('2021-03-05 12:30:00.25', NULL, 'Delivery', E'Two lines,\n"quoted".', 'bob@example.com', 'opened'),
  ('2021-03-06 08:00:00', '2021-03-06 09:00:00', '', 'No subject was given.', 'eve@example.com', 'waiting');
INSERT INTO comment (ticket_id, created_at, email, text) VALUES
  (1, '2021-03-01 10:00:00', 'support@example.com', 'Which item?'),
  (1, '2021-03-02 10:00:00', 'ada@example.com', 'The second one.');
