/** What the log, or who started the service, is told of an error in one line. */
export function errorMessage(error: unknown): string {
  // Node reports a host with several addresses as an AggregateError, which has no message of its own.
  if (error instanceof AggregateError) return error.errors.map(errorMessage).join(', ');
  return error instanceof Error ? error.message : String(error);
}
