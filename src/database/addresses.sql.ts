/**
 * Compares two addresses without case, the case of the letters A to Z. Other letters are compared as they are, because the collation of the
 * database decides about their case: in Turkish about that of I too, and in most the Kelvin sign becomes a k.
 */
export const sameAddress = (one: string, other: string) =>
  `lower(${one} COLLATE "C") = lower(${other} COLLATE "C")`;

/**
 * The condition that a reader may see a ticket: all for the team, those of its address for a requester.
 * @param requester the parameter or expression with the address, or null for the team
 */
export const isVisibleTo = (requester: string, ticket = 'ticket') =>
  `(${requester}::text IS NULL OR ${sameAddress(`${ticket}.email`, `${requester}::text`)})`;
