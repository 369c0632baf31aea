import { tmpdir } from 'node:os';
import { importTrace, type ImportOptions } from '#src/import/import-trace';
import { importText } from '#src/import/import-text';
import { closeArrivals } from '#src/trace-file/arrival-store';
import { readRows, valueAt } from '#src/trace-file/read-rows';

/** A row of an imported trace: its time, and its columns that are not absent. */
export type ImportedRow = Readonly<Record<string, unknown>> & { readonly atMs: number };

export interface ImportedRows {
  readonly rows: readonly ImportedRow[];
  readonly durationMs: number;
  readonly said: string;
  readonly format: string;
  readonly payloads: readonly unknown[];
}

/** Imports a text, in pieces of `pieces` bytes, as `-` would be; `within: none` unless given, so that times are as they were written. */
export async function imported(
  content: string | Buffer,
  options: Partial<ImportOptions> = {},
  pieces = 1 << 20,
): Promise<ImportedRows> {
  const all: ImportOptions = {
    ...{ timezone: 'UTC', within: 'none', failed: 'keep', skipBad: false, rebase: false, requests: false, keep: [] },
    ...{ fromMs: 0, toMs: Infinity, seed: 1, spoolDir: tmpdir(), stdin: inPieces(Buffer.from(content), pieces) },
    ...options,
  };
  const result = await importTrace('-', all);
  const { store } = result.stored;
  try {
    const rows: ImportedRow[] = [];
    for (const { atMs, payload, columns = [] } of readRows(store))
      for (let row = 0; row < atMs.length; row++) {
        const values = result.opened.columns.map(
          ({ name }, i) => [name, columns[i] && valueAt(columns[i], row)] as const,
        );
        rows.push({
          atMs: atMs[row] ?? NaN,
          ...(payload === undefined ? {} : { payload: payload[row] }),
          ...Object.fromEntries(values.filter(([, value]) => value !== undefined)),
        });
      }
    return {
      rows,
      durationMs: result.durationMs,
      said: importText('-', result, all).join('\n'),
      format: result.format.name,
      payloads: result.intake.payloads.map((entry) => JSON.parse(entry) as unknown),
    };
  } finally {
    closeArrivals(store);
  }
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  await Promise.resolve();
}
