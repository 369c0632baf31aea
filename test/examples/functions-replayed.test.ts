import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readSampleLog } from '#src/sample-log/sample-log';
import type { Report } from '#src/report';
import { COLD_STARTS } from '#src/sample';
import { writeModel } from '../backends/onnx-tiny-models.js';
import { scoring } from '../serve/tiny-models.js';
import { expectConserved, freshFolder, readReport, runCli } from '../support/run-cli.js';
import { builtFunctions, openStandIn, type StandIn } from '../support/stand-in.js';
import { isolateAws } from '../support/fake-aws.js';

isolateAws();
const folder = mkdtempSync(join(tmpdir(), 'replay-functions-'));
const path = writeModel(folder, scoring());
const store = createServer((_request, response) => createReadStream(path).pipe(response));
await new Promise<void>((done) => store.listen(0, '127.0.0.1', done));
const env = { MODEL: `http://127.0.0.1:${String((store.address() as AddressInfo).port)}/m`, THREADS: '1' };

/** Three at once, so that three environments are made; and three that may find them idle. */
const trace = join(folder, 'trace.json');
const payloads = [{ json: [[1, 2, 3, 4]] }];
writeFileSync(
  trace,
  JSON.stringify({ format: 1, name: 'two bursts', durationMs: 2500, payloads, atMs: [0, 0, 0, 2500, 2500, 2500] }),
);
const REQUESTS = 6;

afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

async function replayed(kind: string, args: (standIn: StandIn) => readonly string[]) {
  const standIn = await openStandIn(kind, { folder: builtFunctions(), env: { ...env, COLD_START: 'parallel-1' } });
  try {
    const out = freshFolder();
    const finished = await runCli([
      trace,
      '-w',
      '1',
      '--quiet',
      '--no-html',
      '--timeout',
      '2m',
      '-o',
      out,
      ...args(standIn),
    ]);
    expect([0, 96], finished.stderr).toContain(finished.code);
    await expectStagesWithinRun(out);
    return { report: readReport(out), counts: await standIn.counts() };
  } finally {
    await standIn.close();
  }
}

const INSIDE = ['container', 'import', 'download', 'load', 'firstInference'];

/** `used`: how many of the processes that were started got a request. */
function expectStages({ sections: { coldStarts, outcomes } }: Report, used: number): void {
  expect(used).toBeGreaterThan(0);
  expect(coldStarts).toMatchObject({ count: used, known: outcomes.ok });
  expect(Object.keys(coldStarts.stages)).toEqual(expect.arrayContaining(INSIDE));
  const inside = INSIDE.map((name) => coldStarts.stages[name]);
  expect(inside.map((stage) => stage?.count)).toEqual(INSIDE.map(() => used));
}

/** No process was started before the first request was sent: what its stages took lies within the time since. */
async function expectStagesWithinRun(out: string): Promise<void> {
  for await (const { rows, doneMs, coldStart, usage } of readSampleLog(join(out, 'samples.arrows'))) {
    for (let row = 0; row < rows; row++) {
      if (COLD_STARTS[coldStart[row] ?? 0] !== 'cold') continue;
      const { containerMs, importMs, downloadMs, loadMs, firstInferenceMs } = usage ?? {};
      const at = (column: Float64Array | undefined): number => column?.[row] ?? NaN;
      const toldMs = at(containerMs) + at(importMs) + at(downloadMs) + at(loadMs) + at(firstInferenceMs);
      expect(toldMs).toBeGreaterThan(0);
      expect(toldMs).toBeLessThan(at(doneMs));
    }
  }
}

it('lambda: each process of @vercel/fun is a cold start with its five stages', { timeout: 180_000 }, async () => {
  const { report, counts } = await replayed('lambda', ({ url }) => {
    return ['--backend', 'lambda', '--set', 'function=f', '--set', `endpointUrl=${url}`];
  });
  expectConserved(report);
  expect(report.sections.outcomes.ok).toBe(REQUESTS);
  expect(counts['invocations']).toBe(REQUESTS);
  expectStages(report, counts['used'] ?? 0);
  const { init, firstInvocation } = report.sections.coldStarts.stages;
  expect(init?.meanMs).toBeGreaterThan(report.sections.coldStarts.stages['container']?.meanMs ?? NaN);
  expect(firstInvocation?.count).toBe(counts['used']);
});

it('cloud-functions: each process of the functions framework is one, too', { timeout: 180_000 }, async () => {
  const { report, counts } = await replayed('cloud-functions', ({ url }) => ['--backend', 'cf', '--url', url]);
  expectConserved(report);
  expect(report.sections.outcomes.ok).toBe(REQUESTS);
  expect(counts['invocations']).toBe(REQUESTS);
  expectStages(report, counts['used'] ?? 0);
});
