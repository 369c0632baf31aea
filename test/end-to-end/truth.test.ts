import { rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { freshFolder, readReport, runCli } from '../support/run-cli.js';
import { buildYardsticks, delayedServer, hasCompiler } from '../support/send-times.js';

const yardsticks = hasCompiler() ? buildYardsticks() : undefined;
const ends: (() => void)[] = [];
afterAll(() => {
  for (const end of ends) end();
  if (yardsticks !== undefined) rmSync(yardsticks.folder, { recursive: true, force: true });
});

async function serverOf(delayMs: number, freezeAtMs = 0, freezeMs = 0): Promise<string> {
  if (yardsticks === undefined) throw new Error('no C compiler');
  const { url, close } = await delayedServer(yardsticks, { delayUs: delayMs * 1000, freezeAtMs, freezeMs });
  ends.push(close);
  return url;
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

describe.skipIf(yardsticks === undefined)('against a server of known behaviour', () => {
  it('reports the 20 ms that a server takes', async () => {
    const url = await serverOf(20);
    // The machine may be busy, and what it adds to a mean is no error of the instrument: the best of three runs is held to
    // 0.5 ms in the median and 1.5 ms in the mean, all of them to what the verdict would let pass.
    const reports = [];
    for (let round = 0; round < 3; round++) {
      const out = freshFolder();
      await runCli(constantLoad(url, out, 200, '2s'));
      reports.push(readReport(out).sections.latency.response);
    }
    const least = (ms: (number | null)[]): number => Math.min(...ms.map((one) => Math.abs((one ?? Infinity) - 20)));
    expect(least(reports.map(({ p50Ms }) => p50Ms))).toBeLessThan(0.5);
    expect(least(reports.map(({ meanMs }) => meanMs))).toBeLessThan(1.5);
    for (const { p50Ms, minMs } of reports) {
      expect(minMs).toBeGreaterThanOrEqual(19.9);
      expect(p50Ms).toBeLessThan(23);
    }
  });

  it('counts a freeze from the due times: no coordinated omission', async () => {
    const url = await serverOf(1, 3000, 1000);
    const out = freshFolder();
    await runCli(constantLoad(url, out, 100, '10s'));
    const { response } = readReport(out).sections.latency;
    // On paper: of 1000 requests, 10 ms apart, the one due when the freeze begins waits 1000 ms, the next 990 ...
    const paper = Array.from({ length: 1000 }, (_, i) => (i < 100 ? 1000 - 10 * i : 1)).sort((a, b) => a - b);
    const at = (p: number): number => paper[Math.ceil((p / 100) * 1000) - 1] ?? NaN;
    expect(response.count).toBe(1000);
    for (const [p, ms] of [
      [95, response.p95Ms],
      [99, response.p99Ms],
      [99.9, response.p999Ms],
    ] as const) {
      // A request more or less in the freeze is one step of 10 ms.
      expect(Math.abs((ms ?? NaN) - at(p))).toBeLessThan(25);
    }
    expect(response.meanMs).toBeGreaterThan(45);
  });

  it('tells waiting for a connection from service, and calls the run invalid for it', async () => {
    const url = await serverOf(20);
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
