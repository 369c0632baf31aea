import type { Writable } from 'node:stream';
import { readRows } from '../trace-file/read-rows.js';
import type { PayloadEntry } from '../trace-file/payloads.js';
import { writeTrace } from '../trace-file/write-trace.js';
import type { Imported } from './import-trace.js';

/** Writes what was imported as a trace, whose recipe says where it comes from. Throws `UserError`. */
export async function writeImported(
  imported: Imported,
  { name = imported.name, argv }: { readonly name?: string | undefined; readonly argv: readonly string[] },
  output: string | Writable,
): Promise<void> {
  const { stored, durationMs, precision, opened, intake, format } = imported;
  const facts = {
    name,
    durationMs,
    recipe: { imported: { format: format.name, rows: intake.counts.rows }, history: [`import ${argv.join(' ')}`] },
    columns: opened.columns,
    precision,
    ...(intake.payloads.length === 0
      ? {}
      : { payloads: intake.payloads.map((entry) => JSON.parse(entry) as PayloadEntry) }),
  };
  const sink = typeof output === 'string' ? output : { stream: output, format: 'json' as const };
  await writeTrace(facts, readRows(stored.store), sink);
}
