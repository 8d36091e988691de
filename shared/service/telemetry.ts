import { randomBytes } from 'node:crypto';
import {
  type Attributes,
  context,
  isSpanContextValid,
  metrics,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { NodeSDK } from '@opentelemetry/sdk-node';

/** Prometheus text comes from here, on the service's own port; OTLP goes out only where an endpoint is configured. */
export interface Telemetry {
  prometheus: PrometheusExporter;
  stop(): Promise<void>;
}

const SENDING_NOTHING = {
  onStart: () => {},
  onEnd: () => {},
  forceFlush: async () => {},
  shutdown: async () => {},
};

/** To be called before anything else of a service: spans and metrics made earlier go nowhere. */
export function startTelemetry(service: string, env: NodeJS.ProcessEnv): Telemetry {
  const prometheus = new PrometheusExporter({ preventServerStart: true });
  env.OTEL_LOGS_EXPORTER ??= 'none';
  const sdk = new NodeSDK({
    serviceName: `rushes-${service}`,
    metricReaders: [prometheus],
    instrumentations: [],
    // Without a processor the SDK makes no spans at all, and log lines and events would have no trace of their own.
    ...(env.OTEL_EXPORTER_OTLP_ENDPOINT ? {} : { spanProcessors: [SENDING_NOTHING] }),
  });
  sdk.start();
  return { prometheus, stop: () => sdk.shutdown() };
}

const tracer = () => trace.getTracer('rushes');
/** Instruments of all of Rushes. */
export const meter = () => metrics.getMeter('rushes');

function contextOf(traceparent: string | undefined) {
  return traceparent ? propagation.extract(ROOT_CONTEXT, { traceparent }) : context.active();
}

/** Writes down work that is done already as a span of the trace of whoever caused it. */
export function recordSpan(
  name: string,
  options: { traceparent: string; attributes?: Attributes; startedAt: Date },
): void {
  const { traceparent, attributes = {}, startedAt } = options;
  tracer().startSpan(name, { attributes, startTime: startedAt }, contextOf(traceparent)).end();
}

/** Runs work in a span that continues the trace of whoever caused it (a W3C traceparent), if there is one. */
export async function withSpan<T>(
  name: string,
  options: { traceparent?: string | undefined; attributes?: Attributes },
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const parent = contextOf(options.traceparent);
  return tracer().startActiveSpan(name, { attributes: options.attributes ?? {} }, parent, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      span.recordException(error instanceof Error ? error : String(error));
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** W3C traceparent of the running span; a new trace where none runs, so that every event has one. */
export function currentTraceparent(): string {
  const active = trace.getActiveSpan()?.spanContext();
  if (active && isSpanContextValid(active)) {
    return `00-${active.traceId}-${active.spanId}-${active.traceFlags.toString(16).padStart(2, '0')}`;
  }
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-00`;
}

/** For log lines. */
export function currentTraceId(): string | undefined {
  return trace.getActiveSpan()?.spanContext().traceId;
}
