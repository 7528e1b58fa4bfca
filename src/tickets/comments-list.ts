/** The name that cursors know the list of a ticket's comments by. */
export function commentsList(ticketId: number): string {
  return `comments of ${ticketId}`;
}
