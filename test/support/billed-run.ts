import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { arrivalStoreWriter } from '#src/trace-file/arrival-store';
import { generate } from '#src/generator/generate';
import { replay, type ReplayRequest } from '#src/replay/replay';
import type { Report } from '#src/report';
import type { Trace } from '#src/trace';
import { freshFolder, ROOT } from './run-cli.js';

export const BILLED = './test/support/billed-backend.js';
export const ENDPOINT = { model: 'hourly', machine: 'sagemaker:ml.m4.2xlarge' };

export function traceOf(perSecond: number, durationMs: number): Trace {
  const { chunks } = generate({ process: 'constant', durationMs, seed: 1, rate: perSecond });
  const writer = arrivalStoreWriter({ spoolDir: tmpdir() });
  for (const chunk of chunks) writer.appendChunk(chunk);
  return { name: 'constant', durationMs, payloads: [], ...writer.finish() };
}

/** Against the service with a bill, in this process; in virtual time unless changed. */
export async function billedRun(change: Partial<ReplayRequest> = {}): Promise<string> {
  const out = freshFolder();
  const request: ReplayRequest = {
    trace: traceOf(100, 12_000),
    backend: BILLED,
    backendOptions: {},
    fromMs: 0,
    toMs: Infinity,
    speed: 1,
    workers: 1,
    pacing: 'auto',
    time: 'virtual',
    maxInFlight: undefined,
    connections: undefined,
    timeoutMs: 30_000,
    warmupMs: 0,
    maxLatenessMs: 1000,
    seed: 1,
    out,
    ...change,
  };
  const silent = { say: () => undefined, onProgress: () => undefined };
  const world = { folder: ROOT, env: {}, date: () => new Date(), stop: new AbortController().signal, ...silent };
  await replay(request, world);
  return out;
}

export const written = (out: string): unknown => JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));
/** As it would be written. */
export const plain = (report: Report): unknown => JSON.parse(JSON.stringify(report));
