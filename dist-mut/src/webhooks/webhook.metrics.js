import { Counter } from 'prom-client';
import { gaugeBy } from '../observability/metrics.js';
import { disabledReasons } from './webhook.entity.js';
/** Attempts to send events. */
export const webhookAttempts = new Counter({
    name: 'ticket_webhook_attempts_total',
    help: 'Attempts to send an event, by endpoint and outcome: delivered, retry, failed (given up), gone (410), released (not sent)',
    labelNames: ['webhook', 'outcome'],
});
/** Registers the gauges of the endpoints. While PostgreSQL does not respond they have no value. */
export function registerWebhookGauges(readStates) {
    const read = () => readStates().catch(() => []);
    const byEnabled = async (value) => {
        const states = await read();
        return Object.fromEntries(states
            .filter(({ disabled_reason }) => disabled_reason === null)
            .map((state) => [state.id, value(state)]));
    };
    const undelivered = 'Events that an enabled endpoint has not received yet; its filter by type may leave some of them out';
    gaugeBy('webhook', 'ticket_webhook_undelivered', undelivered, () => byEnabled((state) => state.undelivered));
    const age = 'Age of the oldest event that an enabled endpoint has not received yet';
    gaugeBy('webhook', 'ticket_webhook_oldest_seconds', age, () => byEnabled((state) => state.oldest_seconds));
    gaugeBy('state', 'ticket_webhooks', 'Endpoints: enabled, or why they are disabled', async () => {
        const states = await read();
        const names = ['enabled', ...disabledReasons];
        const count = (name) => states.filter((state) => (state.disabled_reason ?? 'enabled') === name).length;
        return Object.fromEntries(names.map((name) => [name, count(name)]));
    });
}
//# sourceMappingURL=webhook.metrics.js.map