import { rmSync } from 'node:fs';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Report } from '#src/report';
import { freshFolder, readRecord, readReport, runCli } from '../support/run-cli.js';
import { buildYardsticks, delayedServer, hasCompiler, type DelayedServer } from '../support/send-times.js';

const yardsticks = hasCompiler() ? buildYardsticks() : undefined;
afterAll(() => {
  if (yardsticks !== undefined) rmSync(yardsticks.folder, { recursive: true, force: true });
});

/** Ends the server with the test. */
async function serverOf(delayMs: number, freezeAtMs = 0, freezeMs = 0): Promise<DelayedServer> {
  if (yardsticks === undefined) throw new Error('no C compiler');
  const server = await delayedServer(yardsticks, { delayUs: delayMs * 1000, freezeAtMs, freezeMs });
  onTestFinished(async () => void (await server.close().catch(() => undefined)));
  return server;
}

function constantLoad(url: string, out: string, rate: number, duration: string): string[] {
  return [
    '--rate',
    `${String(rate)}/s`,
    '--process',
    'constant',
    '--duration',
    duration,
    '--backend',
    'http',
    '--url',
    url,
    '--pacing',
    'exact',
    '--workers',
    '1',
    '--quiet',
    '--out',
    out,
  ];
}

/**
 * What a busy machine adds is no error of the instrument: it has to be right to the margin at the first attempt, or at the
 * second to what its own report admits.
 */
async function undisturbed(attempt: (slackMs: (report: Report) => number) => Promise<void>): Promise<void> {
  try {
    await attempt(() => 0);
  } catch (thrown) {
    if (!(thrown instanceof Error) || thrown.name !== 'AssertionError') throw thrown;
    await attempt(({ sections: { health } }) => (health.lateness.p99Ms ?? 0) + (health.receiveUncertainty.p99Ms ?? 0));
  }
}

/** Not p90: it lies on the step between the two kinds, where one slow answer more moves it. */
const SUMMED = ['p50', 'p95', 'p99', 'p99.9', 'max', 'mean'];

/** Time slices of other processes. */
const WAKING_MS = 30;

function summary(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  // Nearest rank, in thousandths: 99.9 % of 1000 is 999, which 99.9 / 100 as a double is not.
  const at = [500, 950, 990, 999, 1000].map((p) => sorted[Math.ceil((p * sorted.length) / 1000) - 1] ?? NaN);
  return [...at, sorted.reduce((sum, ms) => sum + ms, 0) / sorted.length];
}

describe.skipIf(yardsticks === undefined)('against a server of known behaviour', () => {
  it('reports the 20 ms that a server takes, to 0.5 ms in mean and median', async () => {
    await undisturbed(async (slackMs) => {
      const { url, close } = await serverOf(20);
      const out = freshFolder();
      await runCli([...constantLoad(url, out, 200, '2s'), '-H', 'x-seq: {seq}']);
      const report = readReport(out);
      const { minMs, meanMs, p50Ms } = report.sections.latency.response;
      expect(minMs).toBeGreaterThanOrEqual(19.9);
      expect(Math.abs((p50Ms ?? NaN) - 20)).toBeLessThan(0.5 + slackMs(report));
      // The server itself is some ms late here and there, as it wrote down; that moves its mean, and hardly its median.
      const { startMonotonicNs } = readRecord(out);
      const truth = (await close()).map(({ seq, answeredNs }) => (answeredNs - startMonotonicNs) / 1e6 - 5 * seq);
      const trueMeanMs = truth.reduce((sum, ms) => sum + ms, 0) / truth.length;
      expect(trueMeanMs).toBeGreaterThan(20);
      expect(Math.abs((meanMs ?? NaN) - trueMeanMs)).toBeLessThan(0.5 + slackMs(report));
    });
  });

  it('counts a freeze from the due times: no coordinated omission', async () => {
    await undisturbed(async (slackMs) => {
      const { url, thawed, close } = await serverOf(1, 2995, 1000);
      const out = freshFolder();
      await runCli([...constantLoad(url, out, 100, '10s'), '-H', 'x-seq: {seq}']);
      const { startMonotonicNs } = readRecord(out);
      const report = readReport(out);
      const { response } = report.sections.latency;
      const seen = [response.p50Ms, response.p95Ms, response.p99Ms, response.p999Ms, response.maxMs, response.meanMs];
      expect(response.count).toBe(1000);
      // On paper: 1000 requests, 10 ms apart, are answered after 1 ms, but what is due from 3000 ms on waits for the end.
      const thawedMs = ((await thawed) - startMonotonicNs) / 1e6;
      expect(thawedMs).toBeGreaterThan(3990);
      const waits = (dueMs: number): number => (dueMs >= 3000 && dueMs < thawedMs ? thawedMs - dueMs : 0);
      const paper = summary(Array.from({ length: 1000 }, (_, i) => waits(10 * i) + 1));
      // As it was: what the server wrote down of its answers. It is itself some ms late to thaw, and where others run.
      const answers = await close();
      const truth = summary(answers.map(({ seq, answeredNs }) => (answeredNs - startMonotonicNs) / 1e6 - 10 * seq));
      expect(answers.length).toBe(1000);
      // A hundred answers come at once, a tenth of all, and are read one after the other: the report says how late. Where
      // others run, the kernel may wake us so late for one of them; no process sees that.
      const { p99Ms, maxMs } = report.sections.health.receiveUncertainty;
      const lastMs = (maxMs ?? 0) + (slackMs(report) > 0 ? WAKING_MS : 0);
      const readLateMs = [0, p99Ms ?? 0, p99Ms ?? 0, lastMs, lastMs, 0];
      for (const [i, ms] of seen.entries()) {
        // Histograms are exact to 0.1 %.
        const allowedMs = 1 + (truth[i] ?? NaN) / 1000 + (readLateMs[i] ?? NaN) + slackMs(report);
        expect(Math.abs((ms ?? NaN) - (truth[i] ?? NaN)), SUMMED[i]).toBeLessThan(allowedMs);
        expect(Math.abs((truth[i] ?? NaN) - (paper[i] ?? NaN)), SUMMED[i]).toBeLessThan(50);
      }
    });
  });

  it('reports waiting for a connection from service, and calls the run invalid for it', async () => {
    const { url } = await serverOf(20);
    const out = freshFolder();
    const { code } = await runCli([...constantLoad(url, out, 100, '1500ms'), '--connections', '1']);
    const { sections, verdict } = readReport(out);
    expect(code).toBe(96);
    expect(verdict.reasons.join(' ')).toMatch(/connection/i);
    expect(sections.latency.service.p50Ms).toBeGreaterThan(19.9);
    expect(sections.latency.service.p50Ms).toBeLessThan(24);
    // 100/s offered, 50/s served: after 1.5 s the wait has grown to about 1.5 s.
    expect(sections.latency.response.maxMs).toBeGreaterThan(1250);
    const carried = (sections.latency.response.maxMs ?? 0) - (sections.latency.service.p50Ms ?? 0);
    expect(Math.abs((sections.health.connectionWait.maxMs ?? 0) - carried)).toBeLessThan(60);
  });
});
