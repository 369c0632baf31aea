import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMPARED_METRICS, METRICS } from '#src/collectors/metric-table';
import type { ColdStartsMetric } from '#src/collectors/cold-starts/metrics';
import type { CostMetric } from '#src/collectors/cost/metrics';
import type { HealthMetric } from '#src/collectors/health/metrics';
import type { LatencyMetric } from '#src/collectors/latency/metrics';
import type { OutcomesMetric } from '#src/collectors/outcomes/metrics';
import { foldSections, type SectionFold } from '#src/collectors/registry';
import { UserError } from '#src/errors';
import { judgeThresholds } from '#src/gate/judge-thresholds';
import { parseThreshold, parseThresholds } from '#src/gate/parse-threshold';
import { meets } from '#src/gate/threshold';
import { watchThresholds } from '#src/gate/watch-thresholds';
import type { Measure, Metric, Moment } from '#src/metric';
import type { Report } from '#src/report';
import { FAILURES, OUTCOMES } from '#src/sample';
import { ENDED, makeRows, planFor, seeds, shuffled, toBlock, type Row } from '../collectors/sample-rows.js';

describe('the grammar', () => {
  it.each([
    ['all.p(99)<200ms', '<', 200, 'ms'],
    [' response.p(99.9) <= 1.5 s ', '<=', 1500, 'ms'],
    ['service.mean<800us', '<', 0.8, 'ms'],
    ['response.max<500ms', '<', 500, 'ms'],
    ['success>99.9%', '>', 0.999, 'share'],
    ['success>=0.999', '>=', 0.999, 'share'],
    ['failures<10', '<', 10, 'count'],
    ['failures.server-error<=1%', '<=', 0.01, 'share'],
    ['unsent<=0', '<=', 0, 'count'],
    ['lateness.p(99)<1ms', '<', 1, 'ms'],
    ['cost.total<5', '<', 5, 'money'],
    ['cost.perMillionRequests<.5', '<', 0.5, 'money'],
    ['coldStarts.count<3', '<', 3, 'count'],
    ['coldStarts.cold.p(90)<2s', '<', 2000, 'ms'],
  ])('%s', (text, operator, limit, unit) => {
    expect(parseThreshold(text)).toMatchObject({ text: text.replaceAll(' ', ''), operator, limit, unit });
  });

  it.each([
    ['al.p(99)<200ms', /did you mean all\.p\(99\)\?/],
    ['respones.p(99.5)<200ms', /did you mean response\.p\(99\.5\)\?/],
    ['response.avg<200ms', /did you mean response\.mean\?/],
    ['all.med<200ms', /did you mean all\.p\(50\)\?/],
    ['all.p999<200ms', /did you mean all\.p\(99\.9\)\?/],
    ['all.p99Ms<200ms', /did you mean all\.p\(99\)\?/],
    ['p(95)<200', /did you mean all\.p\(95\)\?/],
    ['http_req_duration.p(95)<200', /did you mean response\.p\(95\)\?/],
    ['failures.timeouts<1', /did you mean failures\.timeout\?/],
    ['sucess>99%', /did you mean success\?/],
    ['cost.totl<1', /did you mean cost\.total\?/],
    ['nothing.at.all.like.it<1', /give one such as all\.p\(99\)/],
    ['all.p(0)<1', /above 0 and below 100/],
    ['all.p(100)<1', /the ends are min and max/],
    ['all.p(ninety)<1', /above 0 and below 100/],
    ['success>99.9', /99\.9% or 0\.999/],
    ['success<200ms', /99\.9% or 0\.999/],
    ['failures<101%', /share such as 1%/],
    ['all.p(99)<fast', /a time such as 200ms/],
    ['all.p(99)<200', /say the unit: 200ms or 200s/],
    ['lateness.max<=1.5', /say the unit: 1\.5ms or 1\.5s/],
    ['all.p(99)<-1ms', /a time such as 200ms/],
    ['all.p(99)<1e999', /a time such as 200ms/],
    ['cost.total<5usd', /without its currency/],
    ['coldStarts.count<1%', /a number of requests such as 10/],
    ['all.p(99)==200ms', /one of < <= > >=/],
    ['all.p(99)', /one of < <= > >=/],
    ['<200ms', /one of < <= > >=/],
    ['100ms<all.p(99)<200ms', /one of < <= > >=/],
    ['', /one of < <= > >=/],
  ])('%s is refused in one line that says what to do', (text, why) => {
    expect(() => parseThreshold(text)).toThrow(UserError);
    expect(() => parseThreshold(text)).toThrow(why);
  });

  it('takes any text without another error, and what it takes is made of harmless characters', () => {
    const anyText = fc.array(fc.integer({ min: 0, max: 0xffff })).map((codes) => String.fromCharCode(...codes));
    const names = fc.constantFrom(...METRICS.keys());
    const near = fc.tuple(names, fc.constantFrom('<', '<=', '>', '>=', '==', ' '), anyText);
    const texts = fc.oneof(
      anyText,
      near.map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          expect(parseThreshold(text).text).toMatch(/^[A-Za-z0-9.()<>=%µ-]+$/);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(UserError);
          expect((thrown as Error).message).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('a limit is the very number that a ratio of that many requests is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 6 }), fc.nat(), (digits, any) => {
        const planned = 100 * 10 ** digits;
        const ok = any % (planned + 1);
        const whole = String(Math.floor(ok / 10 ** digits));
        const rest = String(ok % 10 ** digits).padStart(digits, '0');
        const text = `${whole}${digits === 0 ? '' : `.${rest}`}%`;
        expect(meets(parseThreshold(`success>=${text}`), ok / planned)).toBe(true);
        expect(meets(parseThreshold(`success>${text}`), ok / planned)).toBe(false);
      }),
    );
  });

  it('the same asked twice is judged once', () => {
    expect(parseThresholds(['unsent<1', 'unsent < 1', 'unsent<=1']).map(({ text }) => text)).toEqual([
      'unsent<1',
      'unsent<=1',
    ]);
  });
});

const folded = async (rows: readonly Row[], seed: number, changes = {}): Promise<SectionFold> => {
  const fold = foldSections({ plan: planFor(rows, changes) });
  for (const batch of shuffled(rows, seed)) fold.add(batch);
  return fold;
};

const NAMES = [...METRICS];
type Known = LatencyMetric | HealthMetric | ColdStartsMetric | OutcomesMetric | CostMetric;

/** What a report says of a metric. */
function inReport({ latency, health, coldStarts, outcomes, cost }: Report['sections'], asked: Metric): number | null {
  const metric = asked as Known;
  const key = (statistic: unknown): string =>
    typeof statistic === 'object' ? 'p99Ms' : statistic === 'count' ? 'count' : `${String(statistic)}Ms`;
  const of = (group: object | null, statistic: unknown): number | null =>
    (group as Record<string, number | null> | null)?.[key(statistic)] ?? null;
  switch (metric.section) {
    case 'latency':
      return of(latency[metric.of], metric.statistic);
    case 'health':
      return of(health[metric.of], metric.statistic);
    case 'coldStarts':
      // A count of 0 where nothing was reported is no knowledge.
      if (!('of' in metric)) return coldStarts.known === 0 ? null : of(coldStarts, metric.statistic);
      if (metric.of === 'instances') return coldStarts.instancesSeen;
      return of(coldStarts[metric.of], metric.statistic);
    case 'cost':
      return cost[metric.of];
    case 'outcomes': {
      if (metric.of === 'success') return outcomes.successRatio;
      const failures = Object.entries(outcomes.failures).filter(
        ([kind]) => metric.of === 'failures' && (metric.failure ?? kind) === kind,
      );
      const count = metric.of === 'unsent' ? outcomes.unsent : failures.reduce((sum, [, n]) => sum + n, 0);
      return metric.as === 'count' ? count : count / outcomes.planned;
    }
  }
}

describe('a metric', () => {
  it('is the number of the report, whatever the run; unknown and infinite ones have a reason', async () => {
    await fc.assert(
      fc.asyncProperty(
        seeds,
        fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 800 })),
        fc.constantFrom(0, 0.003, 0.3, 1),
        fc.boolean(),
        async (seed, count, failureShare, complete) => {
          const rows = makeRows(count, seed, 2, failureShare);
          const plan = planFor(rows, { warmupMs: seed % 2 === 0 ? 0 : 300 });
          const fold = foldSections({ plan });
          for (const batch of shuffled(rows.slice(seed % 3), seed)) fold.add(batch);
          const end = { ...ENDED, complete };
          const asked = NAMES.flatMap(([name, row]) =>
            (['count', 'share'] as const).map((as) => ({ name, metric: row.asked({ p: 99, as }) })),
          );
          const compared = COMPARED_METRICS.map((one) => ({ ...one, measure: fold.measure(one.metric, { end }) }));
          const measures = asked.map(({ metric }) => fold.measure(metric, { end }));
          const { sections } = fold.finish(end);
          for (const [i, { name, metric }] of asked.entries()) {
            const measure = measures[i] as Measure;
            expect(measure.value, name).toBe(inReport(sections, metric));
            if (measure.value === null) expect(measure.why).toMatch(/\w/);
          }
          // A comparison reads the same numbers from the report.
          for (const { name, of, measure } of compared)
            expect(of({ ...sections }), name).toBe(measure.value ?? (measure.infinite === true ? Infinity : NaN));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('may be any percentile, by nearest rank and within a bucket, failures infinite', async () => {
    await fc.assert(
      fc.asyncProperty(
        seeds,
        fc.integer({ min: 1, max: 600 }),
        fc.array(fc.integer({ min: 1, max: 99_999 }), { minLength: 1, maxLength: 20 }),
        async (seed, count, thousandths) => {
          const rows = makeRows(count, seed, 1, 0.1);
          const fold = await folded(rows, seed);
          const took = rows.map(({ outcome, doneMs, dueMs }) => (outcome === 0 ? doneMs - dueMs : Infinity));
          const sorted = took.sort((a, b) => a - b);
          for (const n of thousandths) {
            const exact = sorted[Math.max(1, Math.ceil((n * count) / 100_000)) - 1] as number;
            const { metric } = parseThreshold(`all.p(${String(n / 1000)})<1ms`);
            const { value } = fold.measure(metric, { end: ENDED });
            if (exact === Infinity) expect(value).toBeNull();
            else expect(Math.abs((value as number) - exact)).toBeLessThanOrEqual(exact * 0.001 + 1e-6);
          }
          fold.finish(ENDED);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('during a run is what the report of the requests with an outcome so far says', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, fc.integer({ min: 1, max: 500 }), async (seed, count) => {
        const rows = makeRows(count, seed, 2);
        const warmupMs = seed % 2 === 0 ? 0 : 200;
        const whole = foldSections({ plan: planFor(rows, { warmupMs }) });
        const seen = rows.slice(0, Math.ceil(count / 2));
        whole.add(toBlock(seen));
        const part = foldSections({ plan: planFor(seen, { warmupMs }) });
        part.add(toBlock(seen));
        for (const [name, row] of NAMES) {
          const metric = row.asked({ p: 99, as: 'count' });
          const soFar = whole.measure(metric, { nowMs: 10 });
          expect(soFar.value, name).toBe(part.measure(metric, { end: ENDED }).value);
        }
        whole.finish(ENDED);
        part.finish(ENDED);
      }),
      { numRuns: 25 },
    );
  });
});

describe('judging', () => {
  it('says how far off, why a number is infinite, and why one is unknown', async () => {
    const rows = makeRows(1000, 7, 1, 0).map((row, i) => ({ ...row, outcome: i < 12 ? 1 : 0, doneMs: row.dueMs + 50 }));
    const fold = await folded(rows, 3);
    const texts = [
      'all.p(99)<1s',
      'all.p(98)<1s',
      'response.max<50us',
      'success>=98.8%',
      'cost.total<1',
      'failures.timeout<12',
    ];
    const results = judgeThresholds(texts, fold, ENDED);
    expect(results.map(({ ok }) => ok)).toEqual([false, true, false, true, false, false]);
    expect(results.map(({ why }) => why)).toEqual([
      '12 of 1000 requests (1.2%) failed or were never sent, so it is infinite',
      null,
      '50ms is not below 0.05ms',
      null,
      expect.stringMatching(/--machine/),
      '12 is not below 12',
    ]);
    fold.finish(ENDED);
  });

  it('what stopped the run has failed, whatever came in after', async () => {
    const fold = await folded(makeRows(50, 1, 1, 0), 1);
    const failedThreshold = { text: 'failures<1', atMs: 12_340, actual: 1, why: '1 is not below 1' };
    const [result, other] = judgeThresholds(['failures<1', 'failures<2'], fold, { ...ENDED, failedThreshold });
    expect(result).toMatchObject({ ok: false, actual: 0 });
    expect(result?.why).toBe('failed 12.3 s into the run and stopped it: 1 is not below 1');
    expect(other?.ok).toBe(true);
    fold.finish(ENDED);
  });
});

describe('watching', () => {
  const telling = (
    value: number | null,
    infinite = false,
  ): { measure: (metric: Metric, moment: Moment) => Measure } => ({
    measure: () => (value === null ? { value, why: 'because', ...(infinite ? { infinite: true } : {}) } : { value }),
  });
  const fails = (text: string, value: number | null, infinite = false): boolean =>
    watchThresholds([text], { afterMs: 5 }, telling(value, infinite))?.(5) !== undefined;

  it('judges what only grows by its upper bound alone, what only shrinks by its lower bound', () => {
    for (const grows of [
      'failures',
      'failures.timeout',
      'unsent',
      'response.count',
      'all.max',
      'lateness.max',
      'cost.total',
      'coldStarts.count',
    ]) {
      const unit = grows.endsWith('.max') ? 'ms' : '';
      expect(fails(`${grows}<5${unit}`, 6), grows).toBe(true);
      expect(fails(`${grows}<7${unit}`, 6), grows).toBe(false);
      expect(fails(`${grows}>7${unit}`, 6), grows).toBe(false);
    }
    expect(fails('response.min<5ms', 6)).toBe(false);
    expect(fails('response.min>7ms', 6)).toBe(true);
    for (const either of ['all.p(99)', 'response.mean', 'service.stdev', 'lateness.p(50)', 'cost.perMillionRequests']) {
      const unit = either.startsWith('cost') ? '' : 'ms';
      expect(fails(`${either}<5${unit}`, 6), either).toBe(true);
      expect(fails(`${either}>7${unit}`, 6), either).toBe(true);
    }
    expect(fails('success>90%', 0.5)).toBe(true);
    expect(fails('failures<10%', 0.5)).toBe(true);
  });

  it('does not judge what is unknown yet, nor before its time, nor unasked', () => {
    expect(fails('all.p(99)<5ms', null)).toBe(false);
    expect(fails('all.p(99)<5ms', null, true)).toBe(true);
    expect(watchThresholds(['unsent<1'], { afterMs: 5 }, telling(3))?.(4.9)).toBeUndefined();
    expect(watchThresholds(['unsent<1'], undefined, telling(3))).toBeUndefined();
    expect(watchThresholds(undefined, { afterMs: 5 }, telling(3))).toBeUndefined();
  });
});

it('every kind of failure can be asked for', () => {
  for (const failure of FAILURES) expect(parseThreshold(`failures.${failure}<1`).metric).toMatchObject({ failure });
  expect(OUTCOMES).toContain('ok');
});
