import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { arrivalStoreWriter, closeArrivals, readArrivals } from '#src/trace-file/arrival-store';
import { firstRequests } from '#src/commands/first-requests';
import { givenGate } from '#src/commands/gate-flags';
import { storedFirst, storedRecipe } from '#src/commands/stored-recipe';
import { clipWindow, schedule } from '#src/loop/schedule';
import type { Trace } from '#src/trace';
import { reportAgain } from '#src/conclude/report-again';
import type { Report } from '#src/report';
import { BILLED, billedRun, plain, written } from '../support/billed-run.js';
import { expectConserved, freshFolder, readRecord, readReport, runCli } from '../support/run-cli.js';
import { commandsIn } from './github-runner.js';

const FORGING = './test/gate/forging-backend.js';
const QUEUE = ['--backend', 'simulated', '--set', 'servers=1', '--time', 'virtual', '--quiet', '--no-html'];

function freshFile(name: string): string {
  return join(mkdtempSync(join(tmpdir(), 'replay-gate-')), 'made', name);
}

describe('a threshold', () => {
  it('that fails makes the exit code 99 and says which, and so does the report made again', async () => {
    const [out, junit] = [freshFolder(), freshFile('junit.xml')];
    const asked = ['--threshold', 'all.p(99.5) < 50ms', '--threshold', 'success>=100%'];
    const { code, stdout } = await runCli([
      '-R',
      '40/s',
      '-n',
      '400',
      ...QUEUE,
      '-o',
      out,
      '--junit',
      junit,
      ...asked,
      '--latency',
    ]);
    expect(code).toBe(99);
    expect(stdout).toMatch(
      /Thresholds {5}FAILED all\.p\(99\.5\)<50ms: [\d.]+ms is not below 50ms\n {15}ok success>=100%: 100%/,
    );
    expect(stdout).toMatch(/VALID: .*\n\n {2}Latency Distribution/);
    expect(stdout).toMatch(/Total count {4}= {10}400\]/);
    expect(readFileSync(junit, 'utf8')).toMatch(/name="all\.p\(99\.5\)&#60;50ms"[^>]*><failure/);
    expect(readReport(out).sections.thresholds?.map(({ ok }) => ok)).toEqual([false, true]);
    expect(readReport(out).sections.outcomes.planned).toBe(400);
    expect(plain(await reportAgain(out))).toEqual(written(out));
    const again = await runCli([
      'report',
      out,
      '--no-html',
      '--threshold',
      'all.p(99.5)<50s',
      '--threshold',
      'unsent<1',
    ]);
    expect(again.code).toBe(0);
    expect(again.stdout).toMatch(/ok all\.p\(99\.5\)<50s/);
  });

  it('that fails in a run that is INVALID, and would without our own share, leaves 99', async () => {
    const [out, junit] = [freshFolder(), freshFile('junit.xml')];
    const { code } = await runCli([
      ...['-R', '20/s', '-d', '1s', '--backend', 'null', '--max-lateness', '0', '--quiet', '-o', out, '--junit', junit],
      ...['--threshold', 'response.min<0ms', '--threshold', 'unsent<=0'],
    ]);
    expect(code).toBe(99);
    const xml = readFileSync(junit, 'utf8');
    expect(xml).toContain('tests="3" failures="1"');
    expect(xml).toMatch(
      /name="response.min&#60;0ms"[^>]*><failure type="threshold" message="[^"]*even without our own share/,
    );
  });

  it('that fails in a run that the budget stopped leaves 105', async () => {
    const load = [
      '--rate',
      '40/s',
      '-d',
      '12s',
      '--time',
      'virtual',
      '--quiet',
      '--backend',
      BILLED,
      '-o',
      freshFolder(),
    ];
    expect((await runCli([...load, '--budget', '0.0055usd', '--threshold', 'unsent<1'])).code).toBe(105);
  });

  it('that no one can judge is reported before anything is sent, and leaves nothing', async () => {
    const [out, junit] = [freshFolder(), freshFile('junit.xml')];
    const load = ['-R', '40/s', '-n', '40', ...QUEUE, '-o', out, '--junit', junit];
    const { code, stdout, stderr } = await runCli([...load, '--threshold', 'al.p(99)<200ms']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe("replay: threshold 'al.p(99)<200ms': there is no metric al.p(99); did you mean all.p(99)?\n");
    expect(existsSync(out) || existsSync(junit)).toBe(false);
    const elsewhere = await runCli([...load.slice(0, -1), '/dev/null/x/junit.xml']);
    expect([elsewhere.code, existsSync(out)]).toEqual([2, false]);
    expect(elsewhere.stderr).toMatch(
      /^replay: --junit \/dev\/null\/x\/junit\.xml: a part of the path is a file; check the path$/m,
    );
  });
});

describe('a run that stops when a threshold fails', () => {
  // 60/s for one server that takes 20 ms: the queue grows without end.
  const overload = { backend: 'simulated', backendOptions: { servers: '1', service: '30ms' } };

  it('stops at the same moment each time, leaves the rest unsent, and is no invalid run', async () => {
    const gate = { thresholds: ['response.p(90)<2s'], abortOnFail: { afterMs: 2000 } };
    const [one, other] = [await billedRun({ ...overload, ...gate }), await billedRun({ ...overload, ...gate })];
    const report = readReport(one);
    expectConserved(report);
    expect(written(other)).toEqual(written(one));
    expect(report.verdict.valid).toBe(true);
    expect(report.run.stopReason).toBe('the threshold response.p(90)<2s failed');
    expect(report.sections.outcomes.unsent).toBeGreaterThan(0);
    const early = readRecord(one).end?.failedThreshold;
    expect(early?.atMs).toBe(readRecord(one).end?.stoppedMs);
    expect(early?.actual).toBeGreaterThanOrEqual(2000);
    const [result] = report.sections.thresholds ?? [];
    expect(result).toMatchObject({ ok: false });
    expect(result?.why).toMatch(/^failed [\d.]+ s into the run and stopped it: [\d.]+ms is not below 2000ms$/);
    expect(plain(await reportAgain(one))).toEqual(written(one));
  });

  it('refuses what no one can judge before it makes a folder', async () => {
    const out = freshFolder();
    await expect(billedRun({ ...overload, out, thresholds: ['al.mean<1'] })).rejects.toThrow(/did you mean all\.mean/);
    expect(existsSync(out)).toBe(false);
  });

  it('is not stopped before its time, nor by what is kept, nor by a least number that it has not reached yet', async () => {
    const kept = ['response.p(90)<2m', 'response.count>=1200', 'failures<1'];
    const whole = await billedRun({ ...overload, thresholds: kept, abortOnFail: { afterMs: 0 } });
    expect(readReport(whole).run.stopReason).toBeNull();
    expect(readReport(whole).sections.thresholds?.every(({ ok }) => ok)).toBe(true);
    const late = await billedRun({ ...overload, thresholds: ['response.p(90)<1s'], abortOnFail: { afterMs: 9000 } });
    expect(readRecord(late).end?.failedThreshold?.atMs).toBe(9000);
  });

  it('exits with 99', async () => {
    const out = freshFolder();
    const abort = ['--abort-on-fail', '--abort-after', '1s', '--threshold', 'failures<1%'];
    const { code } = await runCli([
      '-R',
      '30/s',
      '-d',
      '1m',
      '--backend',
      FORGING,
      '--time',
      'virtual',
      '-q',
      '--no-html',
      '-o',
      out,
      ...abort,
    ]);
    expect(code).toBe(99);
    expect(readRecord(out).end?.stoppedMs).toBe(1000);
  });
});

describe('on GitHub', () => {
  it('nothing that a service answers becomes a command; the JSON stays what it is, the summary grows', async () => {
    const summary = join(mkdtempSync(join(tmpdir(), 'replay-gate-')), 'summary.md');
    const load = [
      '-R',
      '30/s',
      '-n',
      '60',
      '--backend',
      FORGING,
      '--time',
      'virtual',
      '--no-html',
      '--threshold',
      'success>99%',
    ];
    const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary };
    const [text, json] = [
      await runCli([...load, '-o', freshFolder()], env),
      await runCli([...load, '-o', freshFolder(), '--json'], env),
    ];
    for (const { code, stdout, stderr } of [text, json]) {
      expect(code).toBe(99);
      expect(commandsIn(stdout)).toEqual([]);
      expect(commandsIn(stderr)).toEqual([
        {
          name: 'error',
          properties: { title: 'poisson-30 against forging: a threshold failed' },
          data: expect.stringMatching(/^success>99%: 66\.6666% is not above 99%$/) as string,
        },
      ]);
    }
    expect(text.stdout).toContain('add-mask'); // it was there to be found
    const { sections } = JSON.parse(json.stdout) as Report;
    expect(sections.outcomes.examples.rejected?.[0]?.detail).toContain('##[error]forged');
    expect(readFileSync(summary, 'utf8').match(/^## replay:/gm)).toHaveLength(2);
  });
});

describe('-n', () => {
  it.each(['poisson', 'constant', 'gamma'])(
    'makes the first of the arrivals of %s, until the next is due',
    (process_) => {
      const recipe = { process: process_, seed: 5, rate: 100, ...(process_ === 'gamma' ? { scv: 4 } : {}) };
      const times = ({ store }: Trace): number[] => [...readArrivals(store)].flatMap(({ atMs }) => [...atMs]);
      const many = times(storedRecipe({ ...recipe, durationMs: 200_000 }, 'many'));
      for (const n of [1, 137, 10_000]) {
        const few = storedFirst(recipe, 'few', n);
        expect(times(few)).toEqual(many.slice(0, n));
        expect(few.durationMs).toBe(many[n]);
        expect(few.count).toBe(n);
      }
    },
  );

  it('takes the first of a trace that lie in the window, ties and file or not', () => {
    const writer = arrivalStoreWriter({ spoolDir: tmpdir(), memoryLimit: 1 });
    writer.appendChunk(Float64Array.of(0, 10, 10, 10, 20), Uint32Array.of(0, 1, 2, 3, 4));
    const { store, sha256, count } = writer.finish();
    const trace: Trace = { name: 'tied', durationMs: 30, count, sha256, payloads: [], store };
    const seqs = (cut: Trace, fromMs: number): number[] => {
      const all: number[] = [];
      for (const { rows, seq } of schedule(cut.store, clipWindow(cut, fromMs), { index: 0, of: 1 }))
        all.push(...seq.subarray(0, rows));
      return all;
    };
    expect(seqs(firstRequests(trace, { fromMs: 5, toMs: Infinity }, 2), 5)).toEqual([1, 2]);
    expect(seqs(firstRequests(trace, { fromMs: 0, toMs: 15 }, 4), 0)).toEqual([0, 1, 2, 3]);
    expect(firstRequests(trace, { fromMs: 0, toMs: Infinity }, 5)).toBe(trace);
    expect(() => firstRequests(trace, { fromMs: 0, toMs: 15 }, 5)).toThrow('--requests 5: only 4 are due');
    closeArrivals(store);
  });

  it('is one length of two, and a threshold may stand before the trace', async () => {
    const out = freshFolder();
    const load = ['--threshold', 'unsent<1', 'traces/workload-40.json', '--from', '80s', ...QUEUE, '-o', out];
    expect((await runCli([...load, '-n', '25'])).code).toBe(0);
    expect(readReport(out).sections.outcomes.planned).toBe(25);
    expect((await runCli(['-R', '9/s', '-d', '1s', '-n', '4'])).stderr).toMatch(
      /--duration and --requests are two lengths/,
    );
  });
});

it('an abort needs a threshold, and a delay an abort', async () => {
  const none = { threshold: undefined, 'abort-on-fail': false, 'abort-after': undefined };
  expect(await givenGate(none)).toEqual({});
  await expect(givenGate({ ...none, 'abort-on-fail': true })).rejects.toThrow(/needs a threshold/);
  await expect(givenGate({ ...none, 'abort-after': 5 })).rejects.toThrow(/give that too/);
  expect(await givenGate({ ...none, threshold: ['unsent < 1'], 'abort-on-fail': true })).toEqual({
    thresholds: ['unsent<1'],
    abortOnFail: { afterMs: 10_000 },
  });
});
