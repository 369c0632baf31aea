import { describe, expect, it } from 'vitest';
import type { PriceSheet } from '#src/cost-terms';
import { reportAgain } from '#src/conclude/report-again';
import type { CostSection } from '#src/report';
import { billedRun, ENDPOINT, plain, traceOf, written } from '../support/billed-run.js';
import { freshFolder, readRecord, readReport, runCli } from '../support/run-cli.js';

describe('a run on a service with a bill', () => {
  it('knows its cost, its cold starts, and both again, to the last digit', async () => {
    const out = await billedRun();
    const { cost, coldStarts, timeline, outcomes } = readReport(out).sections;
    expect(cost).toMatchObject({ currency: 'USD', sheet: '2026-11', reason: null });
    expect(cost.low).toBeLessThan(cost.total ?? NaN);
    expect(cost.total).toBeLessThan(cost.high ?? NaN);
    const invoked = outcomes.planned - (outcomes.failures.throttled ?? 0);
    expect(cost.items[0]).toMatchObject({ what: 'requests', quantity: invoked, estimated: false });
    expect((cost.perMillionSuccesses ?? NaN) / (cost.perMillionRequests ?? NaN)).toBeCloseTo(
      outcomes.planned / outcomes.ok,
      9,
    );
    const seconds = timeline.seconds.reduce((sum, second) => sum + (second.cost ?? NaN), 0);
    expect(seconds / (cost.total ?? NaN)).toBeCloseTo(1, 9);
    expect(coldStarts).toMatchObject({ known: outcomes.planned, meanMs: 20.25, instancesSeen: 3 });
    expect(coldStarts.count).toBe(Math.ceil(outcomes.planned / 10));
    expect(coldStarts.cold?.meanMs).toBeGreaterThan(20 + (coldStarts.warm?.meanMs ?? NaN));
    expect(plain(await reportAgain(out))).toEqual(written(out));

    // What the sheet of 2021 leaves out is the start-up time, and nothing else.
    const { cost: then } = (await reportAgain(out, { prices: '2021-03' })).sections;
    expect(then).toMatchObject({ sheet: '2021-03', coldStarts: 0 });
    expect(cost.coldStarts).toBeGreaterThan(0);
    expect((then.total ?? NaN) / ((cost.total ?? NaN) - (cost.coldStarts ?? NaN))).toBeCloseTo(1, 9);

    const machine = { name: 'gcp:t4', count: 2 };
    const { cost: beside } = (await reportAgain(out, { machine })).sections;
    // 12 s, and the least that is billed is a minute.
    expect((beside.total ?? NaN) - (cost.total ?? NaN)).toBeCloseTo((2 * 0.35 * 60) / 3600, 9);

    const { stdout } = await runCli(['report', out, '--prices', '2021-03', '--machine', 'gcp:t4']);
    expect(stdout).toMatch(/^Cold starts +\[count, mean, p50, p99\]/m);
    expect(stdout).toMatch(/^Cost +\[USD, per million requests, per million successes\]/m);
    expect(stdout).toMatch(/memory time: [\d.]+ GB-seconds x 0\.0000166667 =\s+[\d.]+\s+\*estimated\*/);
    expect(stdout).toMatch(/prices of 2021-03; without free tier/);
  });

  it('keeps a sheet of the user in its record', async () => {
    const row = { unit: 'request', price: 1, region: 'x', source: 'a test', date: '2026-01-01' } as const;
    const memory = { ...row, id: 'lambda:gb-second', unit: 'GB-second', price: 0, stepMs: 1 } as const;
    const prices: PriceSheet = { name: 'mine', currency: 'EUR', rows: [{ ...row, id: 'lambda:request' }, memory] };
    const out = await billedRun({ prices });
    const { cost, outcomes } = readReport(out).sections;
    expect(cost).toMatchObject({ currency: 'EUR', sheet: 'mine' });
    expect(cost.total).toBe(outcomes.planned - (outcomes.failures.throttled ?? 0));
    expect((await reportAgain(out)).sections.cost).toEqual(cost);
  });

  it('without one: null with the reason, and a machine from then on', async () => {
    const out = await billedRun({ backend: 'simulated' });
    expect(readReport(out).sections.cost).toMatchObject({
      total: null,
      items: [],
      reason: expect.stringMatching(/--machine/) as string,
    });
    const machine = { name: 'aws:g4dn.2xlarge', count: 2 };
    expect((await reportAgain(out, { machine })).sections.cost.total).toBeCloseTo((2 * 0.752 * 60) / 3600, 9);
    await expect(billedRun({ machine: { name: 'aws:g4dn', count: 1 } })).rejects.toThrow(/no price for aws:g4dn/);
  });
});

describe('what is provisioned', () => {
  it('is read every 5 s in virtual time, and billed between first due and last done', async () => {
    const out = await billedRun({ backendOptions: ENDPOINT });
    const times = readRecord(out).end?.capacity?.map(({ atMs }) => atMs) ?? [];
    expect(times.slice(0, 3)).toEqual([0, 5000, 10_000]);
    const { cost } = readReport(out).sections;
    expect(cost.items[0]?.quantity).toBeCloseTo((10 * 1 + 2 * 3) / 3600, 4);
    expect(cost.notes.join(' ')).toMatch(/unverified/);
    expect(plain(await reportAgain(out))).toEqual(written(out));
  });

  it('is read in real time on the main thread, at both ends', async () => {
    const out = await billedRun({ trace: traceOf(50, 1000), time: 'real', backendOptions: ENDPOINT });
    const { end } = readRecord(out);
    expect(end?.capacity).toHaveLength(2);
    for (const reading of end?.capacity ?? []) expect(reading).toMatchObject({ counts: { desired: 9, instances: 1 } });
    expect(end?.capacity?.[0]?.atMs).toBeLessThan(500);
    expect(end?.capacity?.[1]?.atMs).toBeGreaterThanOrEqual(end?.endedMs ?? NaN);
    expect(readReport(out).sections.cost.total).toBeCloseTo((1 * 0.56) / 3600, 4);
    expect(plain(await reportAgain(out))).toEqual(written(out));
  });

  it('that cannot be read makes the cost unknown and stops nothing', async () => {
    const out = await billedRun({ backendOptions: { ...ENDPOINT, probe: 'fails' } });
    const { sections, verdict } = readReport(out);
    expect(verdict.valid).toBe(true);
    expect(sections.cost.total).toBeNull();
    expect(sections.cost.reason).toMatch(/access denied/);
    expect(sections.timeline.seconds.every((second) => second.cost === null)).toBe(true);
  });
});

it('an estimate of batches bills as many calls as the run makes', async () => {
  const out = freshFolder();
  const batches = [
    'traces/workload-40.json',
    '--from',
    '60s',
    '--to',
    '180s',
    '--batch-size',
    '8',
    '--batch-wait',
    '80ms',
  ];
  const [{ stdout }] = await Promise.all([
    runCli(['estimate', ...batches, '--backend', 'lambda', '--memory', '2048', '--billed-ms', '18', '--json']),
    runCli([...batches, '--backend', 'simulated', '--time', 'virtual', '--quiet', '--no-html', '-o', out]),
  ]);
  const { cost, assumptions } = JSON.parse(stdout) as { cost: CostSection; assumptions: string[] };
  const { planned, batching } = readRecord(out).plan;
  const invocations = batching?.invocations ?? NaN;
  expect(invocations).toBeLessThan(planned);
  expect(cost.items[0]).toMatchObject({ what: 'requests', quantity: invocations });
  expect(assumptions.join(' ')).toContain(`${String(invocations)} batches of at most 8`);
});

it('an estimate gives what docs/cost.md works out by hand, and says what it assumed', async () => {
  const flags = ['--backend', 'lambda', '--memory', '2048', '--billed-ms', '18', '--json'];
  const { stdout } = await runCli(['estimate', 'traces/workload-40.json', ...flags]);
  const { cost, assumptions } = JSON.parse(stdout) as { cost: CostSection; assumptions: string[] };
  expect(cost.total).toBeCloseTo(0.012000018, 12);
  expect(assumptions.join(' ')).toMatch(/^15000 requests in 870 s.*18 ms before rounding, at 2048 MB/);
});

describe('what the user can fix', () => {
  const cases: [args: string[], tells: RegExp][] = [
    [
      ['--rate', '9', '--duration', '1s', '--backend', 'null', '--machine', 'aws:t2.2xlargo'],
      /did you mean aws:t2\.2xlarge/,
    ],
    [['--rate', '9', '--duration', '1s', '--backend', 'null', '--count', '2'], /--machine/],
    [['estimate', 'traces/workload-40.json', '--backend', 'lambda'], /--memory/],
  ];
  it.each(cases)('%j', async (args, tells) => {
    const { code, stdout, stderr } = await runCli(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(tells);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
