import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { countsBetween, equalRatioEdges } from '#src/collectors/histogram/equal-ratio-edges';
import { LogHistogram } from '#src/collectors/histogram/log-histogram';
import type { PlotSpec } from '#src/report/html/plot-spec';
import { freshFolder, readReport, runCli } from '../support/run-cli.js';

const REQUESTS = 60_000;

/** The histogram that a page draws, of a run on which service has a law that is known. */
async function drawn(settings: readonly string[]): Promise<{ plot: PlotSpec; folder: string }> {
  const folder = freshFolder();
  const rate = ['--rate', '10000/s', '--duration', `${String(REQUESTS / 10_000)}s`, '--process', 'constant'];
  const service = ['--backend', 'simulated', ...settings.flatMap((one) => ['--set', one]), '--time', 'virtual'];
  const { code, stderr } = await runCli(['run', ...rate, ...service, '--out', folder, '--format', 'quiet']);
  expect([code, stderr.includes('rror')]).toEqual([0, false]);
  const page = readFileSync(join(folder, 'report.html'), 'utf8');
  const json = /<script type="application\/json" id="plots">(.*?)<\/script>/s.exec(page)?.[1] ?? '[]';
  const plot = (JSON.parse(json) as PlotSpec[]).find(({ id }) => id === 'histogram');
  if (plot === undefined) throw new Error('the page draws no histogram');
  return { plot, folder };
}

/** What is drawn between two edges, beside what the law says, in standard deviations of this many samples and as a ratio. */
function beside({ plot }: { plot: PlotSpec }, label: string, cdf: (ms: number) => number) {
  const { xs, series } = plot;
  const values = series.find((one) => one.label === label)?.values ?? [];
  return xs.slice(1).map((edge, i) => {
    const from = xs[i] ?? NaN;
    const share = cdf(edge) - cdf(from);
    const doublings = Math.log2(edge / from);
    const exact = (100 * share) / doublings;
    const sd = (100 * Math.sqrt((share * (1 - share)) / REQUESTS)) / doublings;
    return { from, exact, sd, got: values[i] ?? NaN };
  });
}

/** Abramowitz and Stegun 7.1.26, within 1.5e-7. */
function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const poly = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  const half = (1 - poly * Math.exp(-x * x)) / 2;
  return z < 0 ? 0.5 - half : 0.5 + half;
}

function lognormalCdf(meanMs: number, cv: number): (ms: number) => number {
  const sigma = Math.sqrt(Math.log(1 + cv * cv));
  return (ms) => normalCdf((Math.log(ms / meanMs) + (sigma * sigma) / 2) / sigma);
}

describe('the latency histogram of a page has the shape of the law that the latencies were drawn from', () => {
  test.each([
    ['over many doublings', 120, 1],
    ['over a few', 130, 0.3],
    ['within a tenth of one', 65.5, 0.02],
    ['of microseconds', 0.004, 0.6],
  ])('a lognormal %s', async (_, meanMs, cv) => {
    const made = await drawn([`service=${String(meanMs)}ms`, 'law=lognormal', `cv=${String(cv)}`]);
    for (const label of ['Response', 'Service']) {
      const buckets = beside(made, label, lognormalCdf(meanMs, cv));
      expect(buckets.filter(({ exact }) => exact > 5).length).toBeGreaterThan(5);
      for (const { from, exact, sd, got } of buckets) expect(Math.abs(got - exact), `at ${String(from)} ms: ${String(got)} for ${String(exact)}`).toBeLessThan(4.5 * sd + 0.002 * exact + 0.02); // prettier-ignore
      expectOneMode(buckets);
    }
  });

  test('an exponential, whose density on a logarithmic axis has one mode at its mean', async () => {
    const made = await drawn(['service=100ms', 'law=exponential']);
    const buckets = beside(made, 'Response', (ms) => 1 - Math.exp(-ms / 100));
    for (const { exact, sd, got } of buckets)
      expect(Math.abs(got - exact)).toBeLessThan(4.5 * sd + 0.002 * exact + 0.02);
    expectOneMode(buckets);
    const { from = NaN } = [...buckets].sort((a, b) => b.got - a.got)[0] ?? {};
    expect(from).toBeGreaterThan(70);
    expect(from).toBeLessThan(130);
  });
});

/** Up to the highest, then down, but for what chance does. */
function expectOneMode(buckets: readonly { got: number; sd: number }[]): void {
  const top = buckets.reduce((best, { got }, i) => (got > (buckets[best]?.got ?? 0) ? i : best), 0);
  buckets.forEach(({ got, sd }, i) => {
    const next = buckets[i + 1];
    if (next === undefined) return;
    const fall = i < top ? got - next.got : next.got - got;
    expect(fall).toBeLessThan(5 * Math.hypot(sd, next.sd) + 0.01);
  });
}

test('each value is counted in the bucket between whose edges it lies, and buckets are of one ratio', () => {
  const values = fc.array(fc.double({ min: 0, max: 40, noNaN: true }).map((e) => Math.floor(2 ** e)), { minLength: 1, maxLength: 200 }); // prettier-ignore
  fc.assert(
    fc.property(values, fc.constantFrom(4, 8, 16, 64), fc.constantFrom(7, 10), (all, fineness, bits) => {
      const histogram = new LogHistogram(bits);
      for (const value of all) histogram.record(value);
      const edges = equalRatioEdges(histogram, 1000, fineness);
      const counts = countsBetween(histogram, edges);
      counts.forEach((count, i) => {
        const [from, to] = [edges[i] ?? NaN, edges[i + 1] ?? NaN];
        expect(count).toBe(all.filter((value) => value >= from && value < to).length);
        if (from === 0) expect(to).toBe(1000);
        else if (from > 2 ** (bits + 4)) expect(Math.log2(to / from)).toBeCloseTo(1 / fineness, bits === 10 ? 2 : 1);
      });
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(all.length);
      expect(Math.min(counts[0] ?? 0, counts.at(-1) ?? 0)).toBeGreaterThan(0);
    }),
  );
});

test('the counts of report.json are those of its distributions', async () => {
  const { folder } = await drawn(['service=2ms', 'law=exponential']);
  const { histogram, response } = readReport(folder).sections.latency;
  for (const counts of [histogram.response, histogram.service])
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(response.count);
});
