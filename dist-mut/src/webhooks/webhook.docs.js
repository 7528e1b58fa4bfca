import { cloudEventSchema } from '../events/event.dto.js';
const header = (name, description, example) => ({ name, in: 'header', required: true, description, schema: { type: 'string' }, example });
const parameters = [
    header('webhook-id', 'The id of the event. A repeated request has the same one.', '42-9f86d081'),
    header('webhook-timestamp', 'The time of the request, in seconds since 1970.', '1764144942'),
    header('webhook-signature', 'Signatures of id, timestamp and body, separated by spaces.', 'v1,K5oZfzN95Z9…'),
];
const responses = {
    '2XX': { description: 'The event is delivered.' },
    '410': { description: 'Send nothing more: the webhook is disabled. The event is kept.' },
    default: {
        description: 'The event is sent again later. Retry-After is honoured. Redirects are not followed.',
    },
};
const text = (example) => ({ type: 'string', example });
/** The event of POST /webhook/{webhook_id}/test. */
const testSchema = {
    type: 'object',
    required: ['specversion', 'id', 'source', 'type', 'subject', 'time', 'data'],
    properties: {
        ...{
            specversion: text('1.0'),
            id: text('test-1f0c9a3e'),
            source: text('/webhook'),
            type: text('webhook.test'),
        },
        ...{ subject: text('3'), time: text('2026-11-23T07:15:42.505Z'), data: { type: 'object' } },
    },
};
/** The requests that endpoints get, for /docs. */
export const webhookRequests = {
    event: requestWith('Receives an event of the feed.', 'receiveEvent', cloudEventSchema),
    test: requestWith('Receives a test.', 'receiveTest', testSchema),
};
function requestWith(summary, operationId, schema) {
    const description = 'A request of the Standard Webhooks (https://www.standardwebhooks.com). Verify the signature with the secret of the webhook, and process each webhook-id once.';
    const requestBody = { required: true, content: { 'application/json': { schema } } };
    return {
        post: { tags: ['Webhooks'], summary, description, operationId, parameters, requestBody, responses },
    };
}
//# sourceMappingURL=webhook.docs.js.map