/** Returns the message of anything thrown, in one line. */
export function errorMessage(error) {
    // For a host with several addresses Node.js throws an AggregateError, whose own message is empty.
    if (error instanceof AggregateError)
        return error.errors.map(errorMessage).join(', ');
    return error instanceof Error ? error.message : String(error);
}
//# sourceMappingURL=error-message.js.map