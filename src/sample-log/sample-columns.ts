import type { SampleBlock, UsageColumns } from '../sample.js';

/** Columns of the sample log by their name in the file, in its order: the times of a request. */
export const MS_COLUMNS = {
  due_ms: 'dueMs',
  release_ms: 'releaseMs',
  handed_ms: 'handedMs',
  sent_ms: 'sentMs',
  done_ms: 'doneMs',
  done_earliest_ms: 'doneEarliestMs',
  handshake_ms: 'handshakeMs',
  server_ms: 'serverMs',
} as const satisfies Record<string, keyof SampleBlock>;

/** The column of a metric of the backend's own; behind all others. */
export function ownMetricColumn(name: string): string {
  return `metric_${name}`;
}

/** Behind the others, and only in the log of a run whose backend tells usage. */
export const USAGE_COLUMNS = {
  durationMs: 'duration_ms',
  billedMs: 'billed_ms',
  initMs: 'init_ms',
  restoreMs: 'restore_ms',
  memoryMb: 'memory_mb',
  maxMemoryMb: 'max_memory_mb',
  requestBytes: 'request_bytes',
  answerBytes: 'answer_bytes',
  containerMs: 'container_ms',
  importMs: 'import_ms',
  downloadMs: 'download_ms',
  loadMs: 'load_ms',
  firstInferenceMs: 'first_inference_ms',
  cpuMs: 'cpu_ms',
} as const satisfies Record<keyof UsageColumns, string>;
