import type { SearchQuery, Term } from './search-query.js';

/** The most texts whose tickets are read and sorted. With more matches, a search reads tickets in the order of the list instead. */
export const maxCandidates = 20_000;

/** The most terms whose matches are estimated. */
const maxEstimated = 8;

/** Adds a value to a statement, and returns its parameter. */
export type Parameter = (value: unknown) => string;

/** Returns a statement whose plan has an estimate for each of the longest terms, in their order. */
export function estimateTerms(terms: Term[], parameter: Parameter): string {
  const scans = terms
    .slice(0, maxEstimated)
    .map(
      ({ words }) =>
        `(SELECT FROM search_text WHERE words @@ ${parameter(words)}::tsquery LIMIT ${maxCandidates + 1})`,
    );
  return scans.join(' UNION ALL ');
}

/** Returns the CTE `candidate` with the tickets that a text with the words of the term belongs to. $2: the visibilities. */
export function candidates(term: Term, parameter: Parameter): string {
  return `
    matching AS MATERIALIZED (
      SELECT ticket_id FROM search_text
      WHERE words @@ ${parameter(term.words)}::tsquery AND visibility = ANY ($2::comment_visibility[])
      LIMIT ${maxCandidates + 1}
    ), candidate AS MATERIALIZED (
      SELECT DISTINCT ticket_id AS id FROM matching WHERE (SELECT count(*) FROM matching) <= ${maxCandidates}
    )`;
}

/** The condition that the candidates were too many to be read. */
export const hasTooManyCandidates = `(SELECT count(*) FROM matching) > ${maxCandidates}`;

/** Returns the conditions that a ticket has all terms of a search and none of its exclusions, in texts that are visible. $2: the visibilities. */
export function matches(
  ticketId: string,
  { terms, exclusions }: SearchQuery,
  parameter: Parameter,
): string[] {
  if (terms.length + exclusions.length === 0) return [];
  // The function is what the operator @@ calls. Without the operator, PostgreSQL reads the texts of this one ticket by their key, and not
  // all texts that match. The OFFSET keeps it from reading them ahead for all tickets.
  const has = ({ query }: Term) => `EXISTS (
    SELECT FROM search_text
    WHERE ticket_id = ${ticketId} AND visibility = ANY ($2::comment_visibility[])
      AND ts_match_vq(words, ${parameter(query)}::tsquery)
    OFFSET 0)`;
  return [...terms.map(has), ...exclusions.map((term) => `NOT ${has(term)}`)];
}
