import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { readSampleLog } from '../collectors/sample-log.js';
import { readRunRecord, RUN_FILES } from '../replay/run-folder.js';
import { csvText } from './csv-text.js';
import { jsonLines } from './json-lines.js';
import { parquetBytes } from './parquet-bytes.js';
import { sampleColumns, type ExportBatch } from './sample-column.js';
import { writeWholeFile } from './write-whole-file.js';

const FORMATS = { csv: csvText, jsonl: jsonLines, parquet: parquetBytes } as const;
export type ExportFormat = keyof typeof FORMATS;

export interface Exported {
  readonly rows: number;
  /** The run was killed while it wrote: its last rows are missing. */
  readonly truncated: boolean;
  /** The reader of the stream went away before the end. */
  readonly cut: boolean;
}

/**
 * The samples of a run, one row for each request, in the order of the log; memory does not grow with their number. Throws
 * `UserError` when the folder holds no run, the log is damaged, or the disk refuses.
 */
export async function exportSamples(
  folder: string,
  format: ExportFormat,
  to: string | Writable,
  stop: AbortSignal,
): Promise<Exported> {
  const { cost } = readRunRecord(folder);
  const counted = { rows: 0, truncated: false };
  const batches = batchesOf(folder, counted, stop);
  try {
    const first = await batches.next();
    const batched = first.done !== true && first.value.invocation !== undefined;
    const columns = sampleColumns({ usage: (cost?.billing ?? null) !== null, batched });
    const pieces = FORMATS[format](startingWith(first, batches), columns);
    const whole = typeof to === 'string' ? await writeWholeFile(to, pieces).then(() => true) : await poured(pieces, to);
    return { ...counted, cut: !whole };
  } finally {
    await batches.return(undefined); // closes the log, wherever it ended
  }
}

async function* batchesOf(
  folder: string,
  counted: { rows: number; truncated: boolean },
  stop: AbortSignal,
): AsyncGenerator<ExportBatch, undefined> {
  const onEnd = ({ truncated }: { readonly truncated: boolean }): void => {
    counted.truncated = truncated;
  };
  for await (const batch of readSampleLog(join(folder, RUN_FILES.samples), { onEnd })) {
    stop.throwIfAborted();
    counted.rows += batch.rows;
    yield batch;
  }
}

async function* startingWith(
  first: IteratorResult<ExportBatch, undefined>,
  rest: AsyncGenerator<ExportBatch>,
): AsyncGenerator<ExportBatch> {
  if (first.done !== true) yield first.value;
  yield* rest;
}

/** Waits until the stream has taken each piece. False: its reader went away. */
async function poured(pieces: AsyncIterable<Uint8Array | string>, stream: Writable): Promise<boolean> {
  for await (const piece of pieces) {
    const error = await new Promise<Error | null | undefined>((resolve) => stream.write(piece, resolve));
    if (error instanceof Error && 'code' in error && error.code === 'EPIPE') return false;
    if (error instanceof Error) throw error;
  }
  return true;
}
