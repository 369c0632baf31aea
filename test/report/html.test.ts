import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keepPeaks } from '#src/report/html/keep-peaks';
import { plotsOf } from '#src/report/html/plots';
import { readPageAssets } from '#src/report/html/read-page-assets';
import { renderReportHtml } from '#src/report/html/render-report-html';
import { renderReportJson } from '#src/report/report-json';
import type { Report, ThresholdResult, TimelineSecond } from '#src/report';
import { OUTCOMES } from '#src/sample';
import { ENDED, makeRows, planFor, shuffled, toBlock, type Row } from '../collectors/sample-rows.js';
import { hostile, HOSTILE, withTexts } from './html-hostile.js';
import { tokenize } from './html-tokens.js';
import { madeReport } from './made-report.js';

const SMALL = { script: 'export {};', style: ':root {}' };
const PLOTS = ['rates', 'latency', 'heat', 'in-flight', 'percentiles', 'histogram', 'outcomes', 'own-share'];

async function someReport(count = 1500, failureShare = 0.2): Promise<Report> {
  const rows = makeRows(count, 7, 4, failureShare);
  return (await madeReport(planFor(rows, { warmupMs: 1000 }), [toBlock(rows)], ENDED)).report;
}

describe('report.html', () => {
  test('is the same bytes for the same report, read back from JSON too', async () => {
    const { report } = await madeReport(planFor([]), [], ENDED);
    const page = await renderReportHtml(await someReport(), SMALL);
    expect(await renderReportHtml(await someReport(), SMALL)).toBe(page);
    const json = renderReportJson(report);
    expect(await renderReportHtml(JSON.parse(json) as Report, SMALL)).toBe(await renderReportHtml(report, SMALL));
  });

  test('has the verdict before any number, a place for each plot in every run, and cost only where it is known', async () => {
    for (const report of [await someReport(), (await madeReport(planFor([]), [], ENDED)).report]) {
      const page = await renderReportHtml(report, SMALL);
      expect(page.indexOf('class="verdict')).toBeLessThan(page.indexOf('<dl'));
      expect(plotsOf(report).map(({ id }) => id)).toEqual(PLOTS);
      for (const id of PLOTS) expect(page.split(`id="plot-${id}"`)).toHaveLength(2);
      expect(page).not.toContain('plot-cost');
    }
    const report = await someReport();
    const seconds = report.sections.timeline.seconds.map((second) => ({ ...second, cost: 0.001 }));
    const item = { what: 'requests', quantity: 1, unit: 'request', unitPrice: 1, cost: 1, estimated: false };
    const { timeline, cost } = report.sections;
    const priced = {
      ...report,
      sections: { ...report.sections, timeline: { ...timeline, seconds }, cost: { ...cost, items: [item] } },
    };
    expect(plotsOf(priced).map(({ id }) => id)).toEqual([...PLOTS, 'cost']);
    expect(await renderReportHtml(priced, SMALL)).toContain('id="plot-cost"');
  });

  test('says apart whether the numbers can be believed and whether the service kept its limits', async () => {
    const report = await someReport();
    const threshold = {
      text: 'all.p(99)<200ms',
      actual: 310.5,
      unit: 'ms',
      limit: 200,
      ok: false,
      why: 'slow',
    } as const;
    const banners = async (valid: boolean, thresholds: readonly ThresholdResult[]): Promise<(string | undefined)[]> => {
      const verdict = { valid, reasons: valid ? [] : ['Requests were late.'] };
      const page = await renderReportHtml({ ...report, verdict, sections: { ...report.sections, thresholds } }, SMALL);
      return [...page.matchAll(/class="verdict ([a-z-]+)"/g)].map(([, kind]) => kind);
    };
    const kept = { ...threshold, actual: 100, ok: true, why: null };
    expect(await banners(true, [])).toEqual(['valid', 'slo-none']);
    expect(await banners(true, [threshold, kept])).toEqual(['valid', 'slo-missed']);
    expect(await banners(true, [kept])).toEqual(['valid', 'slo-met']);
    // Of an INVALID run, an answer that the generator may have turned is none.
    const decided = <Result>(result: Result) => ({ ...result, decided: true });
    expect(await banners(false, [kept])).toEqual(['invalid', 'slo-open']);
    expect(await banners(false, [threshold])).toEqual(['invalid', 'slo-open']);
    expect(await banners(false, [decided(kept)])).toEqual(['invalid', 'slo-met']);
    expect(await banners(false, [kept, decided(threshold)])).toEqual(['invalid', 'slo-missed']);
    const { texts } = tokenize(
      await renderReportHtml(
        { ...report, verdict: { valid: true, reasons: [] }, sections: { ...report.sections, thresholds: [threshold] } },
        SMALL,
      ),
    );
    expect(texts.join(' ')).toContain('1 of 1 thresholds failed');
    expect(texts).toContain('all.p(99)<200ms: it was 310.5ms');
    const limits = plotsOf({ ...report, sections: { ...report.sections, thresholds: [threshold, kept] } }).flatMap(({ id, limits: some = [] }) => some.map(({ axis, value, at }) => [id, axis, value, at])); // prettier-ignore
    expect(limits).toEqual([
      ['latency', 'y', 200, undefined],
      ['heat', 'y', 200, undefined],
      ['percentiles', 'y', 200, 100],
      ['histogram', 'x', 200, undefined],
    ]);
  });

  test('names the trace, the window, the service and the machine; in virtual time no lateness', async () => {
    const { texts } = tokenize(await renderReportHtml(await someReport(), SMALL));
    const about = texts.slice(texts.indexOf('Trace'), texts.indexOf('Generator') + 2);
    expect(about[1]).toMatch(/^poisson, 1,500 requests, SHA-256 abab/);
    expect(about[3]).toMatch(/the whole trace$/);
    expect(about).toContain('http, http://127.0.0.1:8080/');
    expect(about.at(-1)).toMatch(/2 workers, economic pacing/);
    const virtual = await someReport();
    const report = { ...virtual, run: { ...virtual.run, time: 'virtual' as const } };
    expect(plotsOf(report).map(({ id }) => id)).toEqual(PLOTS.filter((id) => id !== 'own-share'));
  });

  test('a legend has no name of what was not measured', async () => {
    const rows = makeRows(800, 3, 4, 0).map((row) => ({ ...row, coldStart: 0 }));
    const { report } = await madeReport(planFor(rows, { knowsSent: false }), [toBlock(rows)], ENDED);
    const labels = Object.fromEntries(plotsOf(report).map(({ id, series }) => [id, series.map(({ label }) => label)]));
    expect(labels['latency']).toEqual(['Slowest', 'p99', 'p50', 'Mean']);
    expect(labels['own-share']).toEqual(['Latest hand-over', 'Mean lateness']);
    expect(labels['in-flight']).toEqual(['In flight']);
  });

  test('reports an INVALID run and why', async () => {
    const report = { ...(await someReport()), verdict: { valid: false, reasons: ['Requests were handed over late.'] } };
    const { texts } = tokenize(await renderReportHtml(report, SMALL));
    expect(texts.indexOf('Invalid')).toBeGreaterThan(0);
    expect(texts).toContain('Requests were handed over late.');
  });

  test('any text from outside stays text: the same elements, and the text itself between them', async () => {
    const report = await someReport(200);
    const plain = tokenize(await renderReportHtml(withTexts(report, 'plain'), SMALL));
    const withText = async (text: string): Promise<void> => {
      const { tags, texts, raw } = tokenize(await renderReportHtml(withTexts(report, text), SMALL));
      expect(tags).toEqual(plain.tags);
      expect(texts).toHaveLength(plain.texts.length);
      expect(texts.filter((one) => one === shown(text)).length).toBe(
        plain.texts.filter((one) => one === 'plain').length,
      );
      expect(raw).toHaveLength(3);
      expect(JSON.parse(raw[1] ?? '')).toBeInstanceOf(Array);
    };
    for (const text of HOSTILE) await withText(`x${text}x`);
    await fc.assert(fc.asyncProperty(hostile, withText), { numRuns: 40 });
  });

  test('the data of the plots goes in as JSON that no text can leave', async () => {
    const report = withTexts(await someReport(100), '</script><!--<script>\u2028');
    const priced = {
      ...report,
      sections: {
        ...report.sections,
        timeline: {
          ...report.sections.timeline,
          seconds: report.sections.timeline.seconds.map((second) => ({ ...second, cost: 1 })),
        },
      },
    };
    const [, json = ''] = tokenize(await renderReportHtml(priced, SMALL)).raw;
    expect(json).not.toMatch(/[<>&\u2028]/);
    expect(JSON.parse(json)).toEqual(plotsOf(priced));
    expect(json).toContain('per hour');
  });

  test('asks the network for nothing, and lets no script run but its own', async () => {
    const page = await renderReportHtml(await someReport(), readPageAssets());
    const { tags, texts } = tokenize(page);
    const policy = /^default-src 'none'; script-src 'sha256-[^ ]+'; style-src 'sha256-[^ ]+'; img-src data:;/;
    expect(texts.filter((text) => policy.test(text))).toHaveLength(1);
    expect(tags.filter((tag) => / src\b|onload|onerror|<(link rel href|script src|iframe|img)/.test(tag))).toEqual([
      '<link rel href>',
    ]);
    expect(page).toContain('<link rel="icon" href="data:,"');
    expect(page).not.toMatch(/(href|src)="(?!data:,|#)/);
    await expect(renderReportHtml({} as Report, SMALL)).rejects.toThrow();
  });

  test('an asset that would end its element is refused', async () => {
    const report = await someReport(10);
    for (const bad of ['x </script> y', 'x </SCRIPT', '<!-- x'])
      await expect(renderReportHtml(report, { ...SMALL, script: bad })).rejects.toThrow(/would end/);
    await expect(renderReportHtml(report, { ...SMALL, style: '</style>' })).rejects.toThrow(/would end/);
  });

  test('stays small: 600 KB for 870 s, 1.5 MB for an hour at 10,000/s, not much more for a day', async () => {
    const assets = readPageAssets();
    const bytes = async (seconds: number): Promise<number> =>
      Buffer.byteLength(await renderReportHtml(longReport(await someReport(), seconds), assets));
    expect(await bytes(870)).toBeLessThan(600_000);
    expect(await bytes(3600)).toBeLessThan(1_500_000);
    expect(await bytes(86_400)).toBeLessThan(2_000_000);
  });
});

describe('keepPeaks', () => {
  const column = fc.array(fc.option(fc.double({ noNaN: true, min: -1e6, max: 1e6 })), { maxLength: 3000 });

  test('draws few rows, all of them in order, and loses no least and no greatest value', () => {
    fc.assert(
      fc.property(
        fc.array(column, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 40, max: 500 }),
        (columns, most) => {
          const rows = keepPeaks(columns, most);
          const length = Math.max(...columns.map((one) => one.length));
          expect(rows.length).toBeLessThanOrEqual(most);
          expect(rows).toEqual([...new Set(rows)].sort((a, b) => a - b));
          expect(rows.at(-1) ?? -1).toBe(length - 1);
          if (length <= most) expect(rows).toHaveLength(length);
          for (const values of columns) {
            const all = values.filter((value) => value !== null);
            const drawn = rows.map((row) => values[row] ?? null).filter((value) => value !== null);
            expect(Math.max(...drawn)).toBe(Math.max(...all));
            expect(Math.min(...drawn)).toBe(Math.min(...all));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('a single spike in a day is in the plot', async () => {
    const report = longReport(await someReport(), 86_400);
    const seconds = report.sections.timeline.seconds.map((second) =>
      second.second === 54_321 ? { ...second, sent: 99_999, maxLatenessMs: 77_777, failures: { cut: 54_000 } } : second,
    );
    const { timeline, outcomes } = report.sections;
    const spiked = {
      ...report,
      sections: {
        ...report.sections,
        timeline: { ...timeline, seconds },
        outcomes: { ...outcomes, failures: { cut: 99_999 } },
      },
    };
    for (const [id, value] of [
      ['rates', 99_999],
      ['own-share', 77_777],
      ['outcomes', 54_000],
    ] as const) {
      // prettier-ignore
      const plot = plotsOf(spiked).find((one) => one.id === id);
      const at = plot?.xs.indexOf(54_321) ?? -1;
      expect(
        plot?.series.map(({ values }) => values[at]),
        id,
      ).toContain(value);
      expect(plot?.xs.length).toBeLessThanOrEqual(4001);
    }
  });
});

describe('the data of the plots', () => {
  test('adds up to the rest of the report', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 1e6 }), fc.nat({ max: 2000 }), async (seed, count) => {
        const rows = makeRows(count, seed, 6, 0.2);
        const { report } = await madeReport(planFor(rows), shuffled(rows, seed), ENDED);
        const { outcomes, timeline, latency, health } = report.sections;
        const { seconds, windows } = timeline;
        const sum = (of: (second: TimelineSecond) => number): number =>
          seconds.reduce((n, second) => n + of(second), 0);
        expect(sum(({ completed }) => completed)).toBe(outcomes.ok);
        expect(sum(({ coldStarts }) => coldStarts)).toBe(rows.filter(({ coldStart }) => coldStart === 2).length);
        for (const { failed, failures } of seconds)
          expect(Object.values(failures).reduce((a, b) => a + b, 0)).toBe(failed);
        expect(greatest(seconds.map(({ maxMs }) => maxMs))).toBe(latency.response.maxMs);
        expect(greatest(windows.rows.map(({ maxMs }) => maxMs))).toBe(latency.response.maxMs);
        expect(greatest(seconds.map(({ maxLatenessMs }) => maxLatenessMs))).toBe(health.lateness.maxMs);
        expect(greatest(seconds.map(({ maxConnectionWaitMs }) => maxConnectionWaitMs))).toBe(
          health.connectionWait.maxMs,
        );
        expect(windows.rows.reduce((n, { ok }) => n + ok, 0)).toBe(outcomes.ok);
        const { edgesMs, response, service } = latency.histogram;
        expect(edgesMs).toEqual([...edgesMs].sort((a, b) => a - b));
        expect(edgesMs.length).toBe(response.length === 0 ? 0 : response.length + 1);
        expect(response.reduce((a, b) => a + b, 0)).toBe(latency.response.count);
        expect(service.reduce((a, b) => a + b, 0)).toBe(latency.service.count);
        expectHeat(timeline.heatMap, rows);
        expectInFlight(seconds, rows);
      }),
      { numRuns: 25 },
    );
  });

  test('a curve passes through the percentiles of the report and never falls', async () => {
    const { latency } = (await someReport(2000)).sections;
    const { percentile, responseMs, serviceMs, allMs } = latency.curves;
    expect(percentile.slice(0, 7)).toEqual([0, 10, 20, 30, 40, 50, 55].map((p) => expect.closeTo(p, 9) as number));
    expect(responseMs[percentile.indexOf(50)]).toBe(latency.response.p50Ms);
    expect(serviceMs[percentile.indexOf(75)] ?? NaN).toBeGreaterThan(latency.service.p50Ms ?? NaN);
    expect([responseMs[0], responseMs.at(-1)]).toEqual([latency.response.minMs, latency.response.maxMs]);
    expect(allMs.at(-1)).toBeNull();
    for (const column of [responseMs, serviceMs, allMs.filter((ms) => ms !== null)])
      expect(column).toEqual([...column].sort((a, b) => (a ?? Infinity) - (b ?? Infinity)));
  });
});

/** Each column counts the successes due in it, each between the edges of its latency. */
function expectHeat(
  { lengthSeconds, edgesMs, columns }: Report['sections']['timeline']['heatMap'],
  rows: readonly Row[],
): void {
  for (const { second, first, counts } of columns) {
    const here = rows.filter(({ outcome, dueMs }) => outcome === 0 && Math.floor(dueMs / 1000 / lengthSeconds) * lengthSeconds === second); // prettier-ignore
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(here.length);
    counts.forEach((count, i) => {
      const [from = NaN, to = NaN] = edgesMs.slice(first + i);
      expect(count).toBe(here.filter(({ doneMs, dueMs }) => doneMs - dueMs >= from && doneMs - dueMs < to).length);
    });
  }
}

/** The mean over a second is the part of it that each request was in flight, summed. */
function expectInFlight(seconds: readonly TimelineSecond[], rows: readonly Row[]): void {
  const shed = OUTCOMES.indexOf('shed');
  const sent = rows.filter(({ outcome, handedMs }) => outcome !== shed && !Number.isNaN(handedMs));
  for (const { second, inFlight } of seconds) {
    const parts = sent.map(({ handedMs, doneMs }) => Math.min(doneMs, (second + 1) * 1000) - Math.max(handedMs, second * 1000)); // prettier-ignore
    const exact = parts.reduce((sum, ms) => sum + Math.max(0, ms), 0) / 1000;
    expect(inFlight).toBeCloseTo(exact, 6);
  }
}

/** As `escapeHtml` documents it. */
function shown(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}

function greatest(values: readonly (number | null)[]): number | null {
  return values.reduce((max, value) => (value === null || (max !== null && max > value) ? max : value), null);
}

/** The report with this many busy seconds, every number at full length. */
function longReport(report: Report, seconds: number): Report {
  const wave = (i: number, k: number): number => 1 + Math.abs(Math.sin(i * 12.9898 + k * 78.233)) * 9999;
  const rows = Array.from({ length: seconds }, (_, second): TimelineSecond => {
    const ms = (k: number): number => wave(second, k);
    const whole = (k: number): number => Math.round(wave(second, k));
    return {
      second,
      due: whole(1),
      sent: whole(2),
      completed: whole(3),
      ok: whole(4),
      failed: whole(5),
      failures: { timeout: whole(5), throttled: whole(6), cut: whole(7), 'server-error': whole(8) },
      inFlight: ms(18),
      coldStarts: whole(9),
      meanLatenessMs: ms(10),
      maxLatenessMs: ms(11),
      maxConnectionWaitMs: ms(12),
      meanMs: ms(13),
      p50Ms: ms(14),
      p99Ms: ms(15),
      maxMs: ms(16),
      cost: ms(17),
    };
  });
  const lengthSeconds = Math.ceil(seconds / 1000);
  const windows = rows
    .filter(({ second }) => second % lengthSeconds === 0)
    .map(({ second, ok, meanMs, p50Ms, p99Ms, maxMs }) => ({ second, ok, meanMs, p50Ms, p99Ms, maxMs }));
  const failures = { timeout: 1, throttled: 2, cut: 3, 'server-error': 4 };
  return {
    ...report,
    sections: {
      ...report.sections,
      timeline: { seconds: rows, windows: { lengthSeconds, rows: windows }, heatMap: heatOf(seconds) },
      outcomes: { ...report.sections.outcomes, failures },
    },
  };
}

/** As large as it can be: all cells of 25 doublings. */
function heatOf(seconds: number): Report['sections']['timeline']['heatMap'] {
  const lengthSeconds = Math.ceil(seconds / 240);
  const edgesMs = Array.from({ length: 101 }, (_, i) => 0.001 * 2 ** (i / 4));
  const columns = Array.from({ length: Math.ceil(seconds / lengthSeconds) }, (_, i) => ({
    second: i * lengthSeconds,
    first: 0,
    counts: Array.from({ length: 100 }, (__, row) => 10_000 + row),
  }));
  return { lengthSeconds, edgesMs, columns };
}
