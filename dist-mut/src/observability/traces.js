import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
/**
 * Traces every request and statement, and sends the spans to OTEL_EXPORTER_OTLP_ENDPOINT; returns a function that sends
 * the remaining spans and stops tracing. Must run before the traced packages are loaded. Loaded only if tracing is on,
 * because its packages cost memory.
 */
export function traceRequests(serviceName) {
    const resource = resourceFromAttributes({ 'service.name': serviceName });
    const spanProcessors = [new BatchSpanProcessor(new OTLPTraceExporter())];
    const provider = new NodeTracerProvider({ resource, spanProcessors });
    provider.register();
    registerInstrumentations({
        instrumentations: [
            new HttpInstrumentation({
                ignoreOutgoingRequestHook: () => true,
                ignoreIncomingRequestHook: ({ url = '' }) => /^\/(health|metrics)\b/.test(url),
                applyCustomAttributesOnSpan: withoutQuery,
            }),
            new PgInstrumentation(),
        ],
    });
    return () => provider.shutdown();
}
/** Removes the query, which may contain e-mail addresses. */
function withoutQuery(span) {
    const attributes = span.attributes ?? {};
    for (const name of ['http.url', 'http.target', 'url.full', 'url.path', 'url.query']) {
        const value = attributes[name];
        if (typeof value === 'string')
            span.setAttribute(name, name === 'url.query' ? '' : (value.split('?', 1)[0] ?? ''));
    }
}
//# sourceMappingURL=traces.js.map