import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSamples } from '#src/run-folder/read-samples';
import { costOfDraw } from '#src/systems/cost-of-draw';
import { readSystem } from '#src/systems/read-system';
import { simulateDraw } from '#src/systems/simulate';
import { expectConserved, freshFolder, readRecord, readReport, runCli } from '../support/run-cli.js';
import { poisson } from './arrivals.js';

const scratch = mkdtempSync(join(tmpdir(), 'replay-systems-'));

function traceFile(name: string, due: Float64Array, durationMs: number): string {
  const path = join(scratch, `${name}.json`);
  writeFileSync(path, JSON.stringify({ format: 1, name, durationMs, atMs: [...due] }));
  return path;
}

function systemFile(name: string, text: string): string {
  const path = join(scratch, `${name}.yaml`);
  writeFileSync(path, `name: ${name}\n${text}`);
  return path;
}

const whole = (ms: number): number => Math.round(ms * 1000) / 1000;
/** Bursty: 5/s, then 60/s, then 5/s. */
const BURST = Float64Array.from(
  [
    ...poisson(5, 20_000, 1),
    ...poisson(60, 10_000, 2).map((ms) => ms + 20_000),
    ...poisson(5, 20_000, 3).map((ms) => ms + 30_000),
  ],
  whole,
);
const LENGTH_MS = 50_000;

describe('a run against a simulated system', () => {
  const trace = traceFile('burst', BURST, LENGTH_MS);
  const systems = {
    'aws-lambda': 'aws-lambda',
    'gcp-cloud-functions': 'gcp-cloud-functions',
    'aws-cpu': 'aws-cpu',
    'aws-sagemaker': 'aws-sagemaker',
    'sagemaker-serverless-today': 'sagemaker-serverless-today',
    limited: systemFile(
      'limited',
      `admission: {queueLimit: 30, waitLimit: 900ms, clientTimeout: 700ms, abandonedWork: wasted}
server: {workers: 2, service: {law: lognormal, mean: 60ms, cv: 0.8}, slowdown: 0.1, autoscaler: {target: 0.7, period: 3s, delay: 4s, maximum: 3, scaleInCooldown: 5s}}
network: {roundTrip: {law: gamma, mean: 12ms, cv: 0.4}}
meter: {billing: hourly, machine: 'aws:t2.2xlarge'}`,
    ),
    stages: systemFile(
      'stages',
      `sender: {senders: 4, ramp: 3s, connectionSetUp: 30ms}
pool:
  start: shared
  startRate: 4/s
  concurrency: 3
  contention: 0.5
  service: {law: exponential, mean: 90ms}
  coldStart:
    stages: {container: 300ms, import: {law: lognormal, mean: 400ms, cv: 0.3}, download: 500ms, load: 200ms, firstInference: 50ms}
    overlap: slices
    slices: 4
  idleLifetime: 4s
meter: {billing: lambda, memoryMb: 1024, sheet: 2026-11}`,
    ),
  };

  it.each(Object.entries(systems))(
    '%s: samples, instances and cost are those of simulateDraw',
    async (_name, given) => {
      const out = freshFolder();
      const finished = await runCli([
        'run',
        trace,
        '--backend',
        'simulated',
        '--set',
        `system=${given}`,
        '--time',
        'virtual',
        '--seed',
        '9',
        '--out',
        out,
        '--no-html',
        '-q',
      ]);
      expect(finished.stderr).toBe('');
      expect(finished.code).toBe(0);
      const report = readReport(out);
      expectConserved(report);
      const system = await readSystem(given);
      const draw = simulateDraw(system, BURST, 9);
      const { outcomes, latency, coldStarts, cost } = report.sections;
      const { failures } = outcomes;
      expect({
        ok: outcomes.ok,
        throttled: failures.throttled ?? 0,
        timeout: failures.timeout ?? 0,
        serverError: failures['server-error'] ?? 0,
      }).toEqual(draw.outcomes);
      expect(latency.response.meanMs).toBeCloseTo(draw.latency?.meanMs ?? NaN, 6);
      expect(latency.response.stdevMs).toBeCloseTo(draw.latency?.sdMs ?? NaN, 4);
      expect(coldStarts.count).toBe(draw.coldStarts.count);
      if (draw.coldStarts.meanMs !== null) expect(coldStarts.meanMs).toBeCloseTo(draw.coldStarts.meanMs, 3);
      expect(readRecord(out).cost?.prices).toBe(system.meter.sheet);
      const { usdWithRequestFee } = costOfDraw(draw.metered, system.meter.billing, system.meter.sheet);
      if (system.meter.billing.model === 'hourly') {
        expect(usdWithRequestFee).toBeGreaterThanOrEqual((cost.low ?? NaN) * (1 - 1e-9));
        expect(usdWithRequestFee).toBeLessThanOrEqual((cost.high ?? NaN) * (1 + 1e-9));
      } else expect(cost.total).toBeCloseTo(usdWithRequestFee, 9);
    },
  );

  it('is the same to the bit when it is made again', async () => {
    const rows = async (): Promise<string[]> => {
      const out = freshFolder();
      await runCli([
        'run',
        trace,
        '--backend',
        'simulated',
        '--set',
        `system=${systems.stages}`,
        '--time',
        'virtual',
        '--out',
        out,
        '--no-html',
        '-q',
      ]);
      const kept: string[] = [];
      for await (const { rows: count, seq, doneMs, usage } of readSamples(out))
        for (let row = 0; row < count; row++)
          kept.push([seq[row], doneMs[row], usage?.billedMs[row], usage?.downloadMs[row]].join());
      return kept.sort();
    };
    const once = await rows();
    expect(once).toHaveLength(BURST.length);
    expect(await rows()).toEqual(once);
  });

  it('starts warm, or in the state that an earlier trace leaves behind', async () => {
    const cold = async (...set: string[]): Promise<number> => {
      const out = freshFolder();
      const flags = set.flatMap((one) => ['--set', one]);
      const { code, stderr } = await runCli([
        'run',
        trace,
        '--backend',
        'simulated',
        '--set',
        'system=aws-lambda',
        ...flags,
        '--time',
        'virtual',
        '--out',
        out,
        '--no-html',
        '-q',
      ]);
      expect(stderr).toBe('');
      expect(code).toBe(0);
      return readReport(out).sections.coldStarts.count;
    };
    const fresh = await cold();
    expect(fresh).toBeGreaterThan(3);
    expect(await cold('warm=50')).toBe(0);
    expect(await cold(`after=${trace}`, 'gap=5s')).toBeLessThan(fresh / 2);
    expect(await cold(`after=${trace}`, 'gap=12h')).toBe(fresh);
  });

  it('keeps to its times in real time, too', async () => {
    const due = poisson(40, 1500, 5).map(whole);
    const short = traceFile('short', due, 1500);
    const out = freshFolder();
    const system = systemFile(
      'quick',
      'pool: {service: 20ms, coldStart: 120ms, idleLifetime: 10s}\nmeter: {billing: lambda, memoryMb: 512}',
    );
    const { code, stderr } = await runCli([
      'run',
      short,
      '--backend',
      'simulated',
      '--set',
      `system=${system}`,
      '--out',
      out,
      '--no-html',
      '-q',
      '--max-lateness',
      '1s',
    ]);
    // A busy machine may send late, and says so; what is simulated is exact all the same.
    expect([0, 96], stderr).toContain(code);
    const { coldStarts, outcomes } = readReport(out).sections;
    expect(outcomes.ok).toBe(due.length);
    expect(coldStarts.count).toBeGreaterThan(0);
    for await (const { rows, sentMs, doneMs, doneEarliestMs, coldStart } of readSamples(out))
      for (let row = 0; row < rows; row++) {
        const least = coldStart[row] === 2 ? 140 : 20;
        expect((doneEarliestMs[row] as number) - (sentMs[row] as number)).toBeGreaterThan(least - 1e-6);
        expect(doneMs[row]).toBeGreaterThanOrEqual(doneEarliestMs[row] as number);
      }
  });
});
