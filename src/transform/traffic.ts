import { tmpdir } from 'node:os';
import type { SortedChunk } from '../import/chunk-builder.js';
import { closeArrivals } from '../trace-file/arrival-store.js';
import type { PayloadEntry } from '../trace-file/payloads.js';
import { readRows } from '../trace-file/read-rows.js';
import { readTrace, type ReadTraceOptions } from '../trace-file/read-trace.js';
import type { ColumnSpec } from '../trace.js';

/** A trace between transforms. Its keys are ms; the index of the payload is a column of numbers behind the others. */
export interface Traffic {
  readonly name: string;
  readonly durationMs: number;
  readonly columns: readonly ColumnSpec[];
  readonly payloads: readonly PayloadEntry[];
  readonly recipe?: Readonly<Record<string, unknown>>;
  /** In order, and again each time. */
  chunks(): Iterable<SortedChunk>;
  /** Gives its spool files back. */
  close(): void;
}

/** What a transform made, and sentences about what it did to the traffic. */
export interface Transformed extends Traffic {
  readonly says: readonly string[];
}

const PAYLOAD: ColumnSpec = { name: 'payload', type: 'number' };

/** The columns of the chunks: those of the trace, and the payload behind them. */
export function chunkColumns({ columns }: Pick<Traffic, 'columns'>): readonly ColumnSpec[] {
  return [...columns, PAYLOAD];
}

/** Reads a trace; `-` is standard input. The caller closes it. Throws `UserError`. */
export async function readTraffic(
  source: string,
  options: Pick<ReadTraceOptions, 'stdin' | 'column' | 'unit'>,
): Promise<Traffic> {
  const {
    store,
    name,
    durationMs,
    recipe,
    payloadTable = [],
  } = await readTrace(source, {
    ...options,
    spoolDir: tmpdir(),
    keepsTable: true,
  });
  return {
    ...{ name, durationMs, payloads: payloadTable as readonly PayloadEntry[] },
    columns: (store.columns?.columns ?? []).map((column) => ({ name: column.name, type: column.type })),
    ...(recipe === undefined ? {} : { recipe }),
    *chunks() {
      for (const { atMs, payload, columns = [] } of readRows(store)) {
        const indexes = payload === undefined ? new Float64Array(atMs.length) : Float64Array.from(payload);
        yield { keys: atMs, columns: [...columns, { type: 'number', values: indexes }] };
      }
    },
    close() {
      closeArrivals(store);
    },
  };
}
