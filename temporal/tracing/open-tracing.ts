import type { Tracing } from './tracing.js';

/** Variables of OpenTelemetry that name the collector. */
const ENDPOINTS = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'] as const;

/**
 * Opens the export of traces when OTEL_EXPORTER_OTLP_ENDPOINT is set. OpenTelemetry reads its other variables itself.
 * Loads its libraries only then, because they take memory.
 *
 * @param service default of OTEL_SERVICE_NAME
 * @param warn prints why spans could not be sent
 * @returns undefined when no endpoint is set
 */
export async function openTracing(service: string, warn: (message: string) => void): Promise<Tracing | undefined> {
  if (!ENDPOINTS.some((name) => process.env[name])) return undefined;
  const { createTracing } = await import('./open-telemetry.js');
  return createTracing(service, warn);
}
