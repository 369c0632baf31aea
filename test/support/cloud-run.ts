import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRecord } from '#src/run-folder/read-record';
import { billedRun, traceOf } from './billed-run.js';

/**
 * The folder of a run of 40 requests, of which one was throttled and one reported no usage, that says it was against this
 * service at this time.
 */
export async function runAgainst(
  backend: string,
  options: Readonly<Record<string, string>>,
  startMs: number,
  model = 'cloud-run',
): Promise<string> {
  const out = await billedRun({ trace: traceOf(20, 2000), backendOptions: { model } });
  const record = readRecord(out);
  const times = { startedAt: new Date(startMs).toISOString(), time: 'real' };
  const end = { ...record.end, endedAt: new Date(startMs + 2000).toISOString() };
  writeFileSync(join(out, 'run.json'), JSON.stringify({ ...record, ...times, backend, options, end }));
  return out;
}
