import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrivalStoreWriter } from '#src/trace-file/arrival-store';
import { readSampleLog } from '#src/sample-log/sample-log';
import { reportAgain } from '#src/conclude/report-again';
import type { Trace } from '#src/trace';
import { billedRun, ENDPOINT, plain, traceOf, written } from '../support/billed-run.js';
import { expectConserved, freshFolder, readRecord, readReport, ROOT, runCli, spawnCli } from '../support/run-cli.js';

interface Row {
  readonly seq: number;
  readonly invocation: number | undefined;
  readonly dueMs: number;
  readonly releaseMs: number;
  readonly handedMs: number;
  readonly outcome: number;
  readonly hasUsage: boolean;
}

/** In the order of `seq`. */
async function rowsOf(out: string): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const batch of readSampleLog(join(out, 'samples.arrows')))
    for (let i = 0; i < batch.rows; i++)
      rows.push({
        seq: batch.seq[i] as number,
        invocation: batch.invocation?.[i],
        dueMs: batch.dueMs[i] as number,
        releaseMs: batch.releaseMs[i] as number,
        handedMs: batch.handedMs[i] as number,
        outcome: batch.outcome[i] as number,
        hasUsage: Number.isFinite(batch.usage?.durationMs[i]),
      });
  return rows.sort((a, b) => a.seq - b.seq);
}

function burstsOf(dueMs: readonly number[]): Trace {
  const writer = arrivalStoreWriter({ spoolDir: tmpdir() });
  for (const at of [...dueMs].sort((a, b) => a - b)) writer.append(at, 0);
  return { name: 'bursts', durationMs: 1000, payloads: [], ...writer.finish() };
}

const SIMULATED = { backend: 'simulated', html: false };

describe('response in a queue without waiting, exactly', () => {
  // One request every 10 ms. A batch of n waits for n - 1 gaps; the mean of its requests' waits is half of that.
  const GAP_MS = 10;
  it.each([
    { size: 1, waitMs: 50, together: 1, waitedMs: 0 },
    { size: 4, waitMs: 50, together: 4, waitedMs: 3 * GAP_MS },
    // The wait ends first: those due within 45 ms of the oldest, and it.
    { size: 100, waitMs: 45, together: 5, waitedMs: 45 },
    // Who is due when the wait ends belongs to it.
    { size: 100, waitMs: 40, together: 5, waitedMs: 40 },
    { size: 100, waitMs: 0, together: 1, waitedMs: 0 },
  ])('$size together at most, $waitMs ms at most', async ({ size, waitMs, together, waitedMs }) => {
    const out = await billedRun({
      ...SIMULATED,
      trace: traceOf(1000 / GAP_MS, 10_000),
      backendOptions: { service: '20ms', 'per-item': '3ms' },
      batching: { size, waitMs },
    });
    const { latency, batching, health, outcomes } = readReport(out).sections;
    const meanWaitMs = waitedMs - ((together - 1) / 2) * GAP_MS;
    const serviceMs = 20 + 3 * together;
    expect(batching).toMatchObject({ size, waitMs, planned: 1000 / together, invocations: 1000 / together });
    expect(batching?.meanSize).toBe(together);
    expect(batching?.wait.meanMs).toBeCloseTo(meanWaitMs, 9);
    expect(batching?.wait.maxMs).toBeCloseTo(waitedMs, 9);
    expect(latency.response.meanMs).toBeCloseTo(serviceMs + meanWaitMs, 6);
    expect(latency.service.meanMs).toBeCloseTo(serviceMs, 6);
    expect(latency.response.minMs).toBeCloseTo(serviceMs + waitedMs - (together - 1) * GAP_MS, 3);
    // The wait is deliberate.
    expect(health).toMatchObject({ lateOver1Ms: 0, likelyCause: null, strayingSeconds: [] });
    expect(health.lateness.maxMs).toBe(0);
    expect(outcomes.ok).toBe(1000);
    expect(plain(await reportAgain(out))).toEqual(written(out));
  });
});

it('what happens to an invocation happens to all its requests; each is counted once, and reported once more', async () => {
  const traces = fc.array(fc.oneof(fc.nat({ max: 999 }), fc.constantFrom(100, 500)), { minLength: 1, maxLength: 120 });
  const options = fc.record({
    size: fc.integer({ min: 1, max: 12 }),
    waitMs: fc.constantFrom(0, 5, 60),
    maxInFlight: fc.constantFrom(1, 3, undefined),
    timeoutMs: fc.constantFrom(25, 30_000),
    warmupMs: fc.constantFrom(0, 333),
    speed: fc.constantFrom(1, 2),
    queueLimit: fc.constantFrom('0', '2'),
  });
  const law = async (dueMs: readonly number[], how: typeof options extends fc.Arbitrary<infer T> ? T : never) => {
    const { size, waitMs, queueLimit, ...limits } = how;
    const backendOptions = { servers: '2', 'queue-limit': queueLimit, 'failure-ratio': '0.2', 'per-item': '1ms' };
    const batching = { size, waitMs };
    const trace = burstsOf(dueMs);
    const out = await billedRun({ ...SIMULATED, ...limits, trace, backendOptions, batching });
    const report = readReport(out);
    expectConserved(report);
    const rows = await rowsOf(out);
    expect(rows.map(({ seq }) => seq)).toEqual([...dueMs.keys()]);
    const invocations = new Map<number | undefined, Row[]>();
    for (const row of rows) invocations.set(row.invocation, [...(invocations.get(row.invocation) ?? []), row]);
    for (const [lead, together] of invocations) {
      expect(together[0]?.seq).toBe(lead);
      expect(together.length).toBeLessThanOrEqual(size);
      for (const { outcome, releaseMs, handedMs } of together)
        expect({ outcome, releaseMs, handedMs }).toEqual({
          outcome: together[0]?.outcome,
          releaseMs: together[0]?.releaseMs,
          handedMs: together[0]?.releaseMs,
        });
    }
    const shed = report.sections.outcomes.failures.shed ?? 0;
    expect(report.sections.batching?.planned).toBe(invocations.size);
    expect((report.sections.batching?.invocations ?? NaN) < invocations.size).toBe(shed > 0);
    expect(plain(await reportAgain(out))).toEqual(written(out));
  };
  await fc.assert(fc.asyncProperty(traces, options, law), { numRuns: 12 });
});

describe('an invocation', () => {
  const batching = { size: 4, waitMs: 50 };

  it('is billed once, and is one cold start', async () => {
    const [together, alone] = [await billedRun({ batching }), await billedRun()];
    const leads = Array.from({ length: 300 }, (_, i) => 4 * i);
    const throttled = leads.filter((seq) => seq % 25 === 24).length;
    const { cost, coldStarts, outcomes, batching: section, timeline } = readReport(together).sections;
    expect(section).toMatchObject({ planned: 300, invocations: 300, meanSize: 4 });
    expect(outcomes.failures).toEqual({ throttled: 4 * throttled });
    expect(cost.items[0]).toMatchObject({ what: 'requests', quantity: 300 - throttled, estimated: false });
    const cold = leads.filter((seq) => seq % 10 === 0).length;
    expect(coldStarts).toMatchObject({ count: cold, known: 300, meanMs: 20.25 });
    expect(timeline.seconds.reduce((sum, second) => sum + second.coldStarts, 0)).toBe(cold);
    // All that waited for it felt it.
    expect(coldStarts.cold?.count).toBe(4 * cold);
    // The same work in a quarter of the calls.
    expect(cost.total).toBeLessThan((readReport(alone).sections.cost.total ?? NaN) / 3);
    expect((cost.perMillionRequests ?? NaN) * 1200).toBeCloseTo((cost.total ?? NaN) * 1e6, 6);
    const used = (await rowsOf(together)).filter(({ hasUsage }) => hasUsage);
    expect(used.every(({ seq, invocation }) => seq === invocation)).toBe(true);
    expect(plain(await reportAgain(together))).toEqual(written(together));
  });

  it('is what a budget counts under way', async () => {
    const out = await billedRun({ batching, budget: 0.0055 });
    const { outcomes, cost } = readReport(out).sections;
    const alone = readReport(await billedRun({ budget: 0.0055 })).sections;
    expect(cost.high).toBeLessThanOrEqual(0.0055);
    expect(outcomes.ok).toBeGreaterThan(2 * alone.outcomes.ok);
    expect(outcomes.unsent % 4).toBe(0);
  });

  it('is by the hour what it was', async () => {
    const out = await billedRun({ batching, backendOptions: ENDPOINT });
    expect(readReport(out).sections.cost.items[0]?.quantity).toBeCloseTo((10 * 1 + 2 * 3) / 3600, 4);
  });
});

it('threads send the batches that one thread sends, and a stop leaves the waiting one unsent', async () => {
  const sent = async (workers: number, stopMs?: number) => {
    const out = freshFolder();
    const load = ['--rate', '200/s', '--process', 'poisson', '--duration', '0.6s', '--backend', 'null', '--quiet'];
    const args = [...load, '--batch-size', '8', '--batch-wait', '1s', '-w', String(workers), '--no-html', '-o', out];
    const { code } = await spawnCli(args, (child) => {
      if (stopMs === undefined) return;
      const wait = setInterval(() => {
        try {
          if (readRecord(out).startMonotonicNs === 0) return;
        } catch {
          return;
        }
        clearInterval(wait);
        setTimeout(() => child.kill('SIGINT'), stopMs);
      }, 20);
    });
    return { code, out, report: readReport(out), rows: await rowsOf(out) };
  };
  const shape = ({ rows }: { rows: readonly Row[] }): unknown =>
    rows.map(({ seq, invocation, releaseMs }) => [seq, invocation, releaseMs]);
  const [one, three, stopped] = await Promise.all([sent(1), sent(3), sent(1, 250)]);
  expect(shape(three)).toEqual(shape(one));
  for (const { report, code } of [one, three]) {
    expectConserved(report);
    expect([0, 96]).toContain(code);
  }
  // The last batch is not full, and waits for 1 s.
  expect(one.report.sections.outcomes.planned % 8).not.toBe(0);
  expect(stopped.code).toBe(130);
  expectConserved(stopped.report);
  const { unsent, ok } = stopped.report.sections.outcomes;
  expect(unsent).toBeGreaterThan(0);
  expect(ok % 8).toBe(0);
  expect(plain(await reportAgain(stopped.out))).toEqual(written(stopped.out));
});

it('a dead thread costs its own batches, whole, and the report says so by the schema', async () => {
  const backend = join(mkdtempSync(join(tmpdir(), 'replay-batching-')), 'crash.mjs');
  writeFileSync(
    backend,
    `const answer = async () => ({ ok: true });
    export default { name: 'crash', summary: '', waits: 'on-the-world', knowsSent: false, publicOptions: [],
      parseOptions: () => null, batches: () => true,
      create: (_, { worker }) => ({ invoke: answer,
        invokeBatch: async ({ seq }) => { if (worker === 1 && seq > 60) process.exit(3); return { ok: true }; } }) };`,
  );
  const batching = { size: 6, waitMs: 1000 };
  const out = await billedRun({ backend, time: 'real', workers: 2, trace: traceOf(300, 700), batching });
  const report = readReport(out);
  expectConserved(report);
  const { ok, failures, unsent, planned } = report.sections.outcomes;
  // Every other batch from the eleventh on, and those whose rows had not left the thread.
  expect([planned, ok + (failures.crashed ?? 0), unsent, ok % 6]).toEqual([210, 210, 0, 0]);
  expect(failures.crashed).toBeGreaterThanOrEqual(6 * 12);
  expect(report.sections.batching).toMatchObject({ planned: 35, invocations: ok / 6, meanSize: 6 });
  expect(plain(await reportAgain(out))).toEqual(written(out));
  const schema = JSON.parse(readFileSync(join(ROOT, 'schemas/report.schema.json'), 'utf8')) as object;
  const validate = new Ajv2020({ strictTypes: false, strictRequired: false }).compile(schema);
  expect(validate(written(out)), JSON.stringify(validate.errors)).toBe(true);
  expect(readFileSync(join(out, 'report.html'), 'utf8')).toMatch(/invocations of 6\.00 requests on average/);
});

describe('what the user can fix', () => {
  const load = ['--rate', '9', '--duration', '1s', '--backend'];
  const cases: [args: string[], tells: RegExp][] = [
    [[...load, 'null', '--batch-wait', '5ms'], /add --batch-size/],
    [[...load, 'null', '--batch-size', '0'], /whole number from 1 to 10000/],
  ];
  it.each(cases)('%j', async (args, tells) => {
    const { code, stdout, stderr } = await runCli(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(tells);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('a backend that sends one request a call, and a trace without payloads', async () => {
    const batching = { size: 2, waitMs: 50 };
    const echo = { batching, backend: './docs/examples/echo-backend.js' };
    await expect(billedRun(echo)).rejects.toThrow(/echo does not batch: it sends one request a call/);
    const http = { batching, backend: 'http', time: 'real', backendOptions: { url: 'http://127.0.0.1:1/' } } as const;
    await expect(billedRun(http)).rejects.toThrow(/a batch is made of payloads/);
  });
});
