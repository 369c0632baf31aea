import { USAGE_NAMES, type SampleBlock, type Usage, type UsageColumns } from '#src/sample';
import { toBlock, type Row } from './sample-rows.js';

/** A request of a made-up run, with what the service reported about it. */
export interface UsageRow {
  readonly row: Row;
  readonly usage?: Usage;
}

export function usageBlock(rows: readonly UsageRow[], worker = 0): SampleBlock {
  const block = toBlock(
    rows.map(({ row }) => row),
    worker,
  );
  if (rows.every(({ usage }) => usage === undefined)) return block;
  const columns = USAGE_NAMES.map((name) => [name, Float64Array.from(rows, ({ usage }) => usage?.[name] ?? NaN)]);
  return { ...block, usage: Object.fromEntries(columns) as Record<keyof UsageColumns, Float64Array> };
}

/** Requests 10 ms apart, each sent at once and answered after `tookMs`. */
export function calls(count: number, usage: Usage | undefined, change: Partial<Row> = {}, tookMs = 20): UsageRow[] {
  return Array.from({ length: count }, (_, seq) => ({
    row: {
      seq,
      dueMs: seq * 10,
      handedMs: seq * 10,
      sentMs: seq * 10,
      doneMs: seq * 10 + tookMs,
      doneEarliestMs: seq * 10 + tookMs,
      handshakeMs: NaN,
      serverMs: NaN,
      outcome: 0,
      coldStart: 1,
      detail: undefined,
      ...change,
    },
    ...(usage === undefined ? {} : { usage }),
  }));
}
