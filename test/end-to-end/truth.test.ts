import { rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type { Report } from '#src/report';
import { freshFolder, readRecord, readReport, runCli } from '../support/run-cli.js';
import { buildYardsticks, delayedServer, hasCompiler } from '../support/send-times.js';

const yardsticks = hasCompiler() ? buildYardsticks() : undefined;
const ends: (() => void)[] = [];
afterAll(() => {
  for (const end of ends) end();
  if (yardsticks !== undefined) rmSync(yardsticks.folder, { recursive: true, force: true });
});

async function serverOf(
  delayMs: number,
  freezeAtMs = 0,
  freezeMs = 0,
): Promise<{ url: string; thawed: Promise<number> }> {
  if (yardsticks === undefined) throw new Error('no C compiler');
  const { url, thawed, close } = await delayedServer(yardsticks, { delayUs: delayMs * 1000, freezeAtMs, freezeMs });
  ends.push(close);
  return { url, thawed };
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
 * second to what its own report admits, and the server's own delay in thawing (20 ms).
 */
async function undisturbed(attempt: (slackMs: (report: Report) => number) => Promise<void>): Promise<void> {
  try {
    await attempt(() => 0);
  } catch (thrown) {
    if (!(thrown instanceof Error) || thrown.name !== 'AssertionError') throw thrown;
    await attempt(({ sections: { health } }) => {
      return 20 + (health.lateness.p99Ms ?? 0) + (health.receiveUncertainty.p99Ms ?? 0);
    });
  }
}

describe.skipIf(yardsticks === undefined)('against a server of known behaviour', () => {
  it('reports the 20 ms that a server takes, to 0.5 ms in mean and median', async () => {
    const { url } = await serverOf(20);
    await undisturbed(async (slackMs) => {
      const out = freshFolder();
      await runCli(constantLoad(url, out, 200, '2s'));
      const report = readReport(out);
      const { minMs, meanMs, p50Ms } = report.sections.latency.response;
      expect(minMs).toBeGreaterThanOrEqual(19.9);
      expect(Math.abs((p50Ms ?? NaN) - 20)).toBeLessThan(0.5 + slackMs(report));
      expect(Math.abs((meanMs ?? NaN) - 20)).toBeLessThan(0.5 + slackMs(report));
    });
  });

  it('counts a freeze from the due times: no coordinated omission', async () => {
    await undisturbed(async (slackMs) => {
      const { url, thawed } = await serverOf(1, 2995, 1000);
      const out = freshFolder();
      await runCli(constantLoad(url, out, 100, '10s'));
      const thawedMs = ((await thawed) - readRecord(out).startMonotonicNs) / 1e6;
      // On paper: 1000 requests, 10 ms apart, are answered after 1 ms, but what is due from 3000 ms on waits for the end.
      const waits = (dueMs: number): number => (dueMs >= 3000 && dueMs < thawedMs ? thawedMs - dueMs : 0);
      const paper = Array.from({ length: 1000 }, (_, i) => waits(10 * i) + 1).sort((a, b) => a - b);
      const at = (p: number): number => paper[Math.ceil((p / 100) * 1000) - 1] ?? NaN;
      const report = readReport(out);
      const { response } = report.sections.latency;
      expect(thawedMs).toBeGreaterThan(3990);
      expect(response.count).toBe(1000);
      // Not p90: it lies on the step between the two kinds, where one slow answer more moves it.
      const seen = [response.p50Ms, response.p95Ms, response.p99Ms, response.p999Ms, response.maxMs];
      for (const [i, p] of [50, 95, 99, 99.9, 100].entries()) {
        expect(Math.abs((seen[i] ?? NaN) - at(p)), `p${String(p)}`).toBeLessThan(3 + slackMs(report));
      }
      const meanMs = paper.reduce((sum, ms) => sum + ms, 0) / paper.length;
      expect(Math.abs((response.meanMs ?? NaN) - meanMs)).toBeLessThan(1 + slackMs(report));
    });
  });

  it('tells waiting for a connection from service, and calls the run invalid for it', async () => {
    const { url } = await serverOf(20);
    const out = freshFolder();
    const { code } = await runCli([...constantLoad(url, out, 100, '3s'), '--connections', '1']);
    const { sections, verdict } = readReport(out);
    expect(code).toBe(96);
    expect(verdict.reasons.join(' ')).toMatch(/connection/i);
    expect(sections.latency.service.p50Ms).toBeGreaterThan(19.9);
    expect(sections.latency.service.p50Ms).toBeLessThan(24);
    // 100/s offered, 50/s served: after 3 s the wait has grown to about 3 s.
    expect(sections.latency.response.maxMs).toBeGreaterThan(2500);
    const carried = (sections.latency.response.maxMs ?? 0) - (sections.latency.service.p50Ms ?? 0);
    expect(Math.abs((sections.health.connectionWait.maxMs ?? 0) - carried)).toBeLessThan(60);
  });
});
