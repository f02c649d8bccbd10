import { type FailureRecord, failureRecord } from '../verdict/failure.js';

/** Versions whose exports the suite reads. `aiperf_version` and `schema_version` are in exports since AIPerf 0.4.0. */
const SUPPORTED = 'the suite reads exports of AIPerf 0.4 or newer (schema 1.x)';

/** Keys that AIPerf 0.1 to 0.3 write and genai-perf does not (exporters/json_exporter.py, common/models/export_models.py). */
const OLD_AIPERF_KEYS = ['was_cancelled', 'error_summary', 'start_time', 'benchmark_duration', 'inter_chunk_latency'];

/** Keys that genai-perf writes: its metrics and its arguments (genai-perf/genai_perf/export_data/json_exporter.py). */
const GENAI_PERF_KEYS = ['request_throughput', 'request_latency', 'input_config'];

/** Refuses an export without the version of AIPerf, and names the program that wrote it as far as its keys tell. */
export function unsupportedTool(document: unknown): FailureRecord {
  return failureRecord(
    'UnsupportedLoadTool',
    `the export in the load pod was written by ${writerOf(document)}; ${SUPPORTED}`,
  );
}

/** Refuses an export of an unknown schema in which a figure is not where schema 1.x has it. */
export function unsupportedSchema(version: string, schema: string, lacking: string): FailureRecord {
  return failureRecord(
    'UnsupportedLoadTool',
    `AIPerf ${version} in the load pod wrote an export of schema ${schema} that the suite cannot read: ${lacking}; ${SUPPORTED}`,
  );
}

function writerOf(document: unknown): string {
  const has = (keys: readonly string[]) =>
    typeof document === 'object' && document !== null && keys.some((key) => Object.hasOwn(document, key));
  if (has(OLD_AIPERF_KEYS)) return 'AIPerf 0.3 or older, whose version the export does not name';
  if (has(GENAI_PERF_KEYS)) return 'genai-perf, whose version the export does not name';
  return 'an unknown program: it names no version of AIPerf';
}
