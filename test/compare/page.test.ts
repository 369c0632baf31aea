import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareRuns } from '#src/compare/compare-runs';
import { renderCompareHtml } from '#src/compare/html/render-compare-html';
import { COMPARED_METRICS } from '#src/collectors/metric-table';
import { metricOf } from '#src/compare/metric-of';
import type { RunFacts } from '#src/compare/run-facts';
import { readPageAssets } from '#src/report/html/read-page-assets';
import { findChromium, openPage, type Page } from '../report/html-browser.js';
import { HOSTILE } from '../report/html-hostile.js';
import { COVERED, CUT, ON_EACH_OTHER, PIXELS, UNREADABLE } from '../report/html-probes.js';

const chromium = findChromium();
if (chromium === undefined) console.warn('the page is not tried in a browser: install chromium (apt install chromium)');

const folder = mkdtempSync(join(tmpdir(), 'replay-compare-page-'));
let page: Page;

describe.skipIf(chromium === undefined)('the page of a comparison in Chromium', () => {
  beforeAll(async () => {
    page = await openPage(chromium ?? '');
  });

  afterAll(async () => {
    await page.close();
    rmSync(folder, { recursive: true });
  });

  test('draws every plot in light and dark, wide and narrow, all text readable, and asks the network for nothing', async () => {
    await open('');
    for (const theme of ['light', 'dark']) {
      await look(theme, 1200);
      const drawn = [
        'percentiles-0 drawn',
        'load-0 drawn',
        'mean-0 drawn',
        'p99-0 drawn',
        'success-0 drawn',
        'percentiles-1 drawn',
        'load-1 drawn',
        'mean-1 drawn',
        'p99-1 drawn',
      ];
      expect(await page.evaluate(PIXELS)).toEqual(drawn.map((name) => `plot-${name}`));
      expect(await page.evaluate(DRAWINGS)).toEqual([
        'frontier-0 4',
        'batch-0-latency 2',
        'batch-0-cost 2',
        'frontier-1 1',
      ]);
      expect(await page.evaluate("[...document.querySelectorAll('.bar rect')].filter((bar) => bar.getBoundingClientRect().width > 1).length")).toBe(17); // prettier-ignore
      expect(await page.evaluate(UNREADABLE)).toEqual([]);
    }
    for (const width of [1400, 420, 380]) {
      await look('light', width);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      expect(await page.evaluate(CUT)).toEqual([]);
      expect(await page.evaluate(COVERED)).toEqual([]);
      expect(await page.evaluate(ON_EACH_OTHER)).toEqual([]);
    }
    expect(page.complaints()).toEqual([]);
    expect(page.requests().filter((url) => !/^(file|data):/.test(url))).toEqual([]);
  });

  test('sorted by the chosen metric, each system with its SLO, a log scale where values differ by more than 20 times', async () => {
    await open('');
    const rows = (await page.evaluate(ROWS)) as string[];
    expect(rows).toEqual(['gpu met', 'lambda met', 'edge met', 'edge met', 'cpu not met in 3 of 3 runs', 'lambda met']);
    expect(await page.evaluate("[...document.querySelectorAll('.bars .scale')].map((cell) => cell.textContent)")).toEqual(['log scale', '', '', '', '', '']); // prettier-ignore
  });

  test('the names of many systems close together lie on nothing', async () => {
    const near = Array.from({ length: 8 }, (_, i) => [1, 2].map((seed) => facts(`system with a long name ${String(i)}`, seed, 30 + (i % 3), 5 + (i % 4) / 50, {}))); // prettier-ignore
    await open('', await compared(near.flat()));
    for (const width of [1400, 420]) {
      await look('light', width);
      expect(await page.evaluate(ON_EACH_OTHER)).toEqual([]);
      expect(await page.evaluate("document.querySelectorAll('.key-of li').length")).toBe(8);
    }
  });

  test('hostile names stay text', async () => {
    await open(HOSTILE.join(' '));
    expect(await page.evaluate('document.title')).not.toBe('broken');
    expect(await page.evaluate("document.querySelectorAll('script').length")).toBe(2);
    expect(await page.evaluate("document.querySelectorAll('img, [onload], [onfocus], [autofocus]').length")).toBe(0);
    expect(await page.evaluate("document.querySelector('.bars th[scope=row]').textContent")).toContain(HOSTILE[0]);
    expect(await page.evaluate("document.querySelectorAll('.plot canvas').length")).toBe(9);
    expect(page.complaints()).toEqual([]);
  });
});

/** Two workloads; under the first, a system that fails, and one with two sizes of batches. */
async function comparison(text: string) {
  const of = (name: string, ms: number, cost: number, more: Partial<RunFacts> = {}): RunFacts[] =>
    [1, 2, 3].map((seed) => facts(`${name}${text}`, seed, ms, cost, more));
  const other = { trace: { name: `other${text}`, sha256: 'b', recipe: null } };
  const runs = [
    ...of('lambda', 30, 5),
    ...of('gpu', 12, 9),
    ...of('cpu', 300, Infinity),
    ...of('edge', 50, 4),
    ...of('edge', 90, 2, { batch: 8 }),
    ...of('lambda', 40, 6, other),
  ];
  return compared(runs);
}

function compared(runs: readonly RunFacts[]) {
  return compareRuns({
    ...{ runs, baseline: [], rules: [], mixed: true, includeInvalid: false, ignoreSettings: false },
    ...{ frontierMetric: metricOf('all.p(99)'), seed: 1 },
  });
}

function facts(backend: string, seed: number, ms: number, cost: number, more: Partial<RunFacts>): RunFacts {
  const noise = 1 + seed / 50;
  const failing = cost === Infinity;
  const latencies = COMPARED_METRICS.map(({ name, unit }) => [name, unit === 'ms' ? ms * noise : NaN] as const);
  const seconds = Array.from({ length: 30 }, (_, second) => ({ second, due: 20, ok: failing ? 12 : 20, meanMs: ms * noise * (1 + Math.sin(second / 4) / 2) })); // prettier-ignore
  return {
    ...{ folder: `runs/${backend}/${String(seed)}`, id: `run ${String(seed)}`, seed, stamp: String(seed), backend },
    ...{ trace: { name: 'burst', sha256: 'a', recipe: null }, window: { fromMs: 0, toMs: null, speed: 1 } },
    ...{ warmupMs: 2000, planned: 600, durationMs: 30_000, duePerSecond: new Array<number>(30).fill(20) },
    ...{
      machine: null,
      worse: {},
      model: 'mobilenet.onnx',
      batch: 1,
      time: 'real',
      settings: {},
      series: null,
      standing: 'valid',
    },
    values: {
      ...Object.fromEntries(latencies),
      ...{ 'cost.total': failing ? NaN : cost / 100, 'cost.perMillionSuccesses': failing ? NaN : cost },
      ...{ success: failing ? 0.6 : 1, coldStarts: 3, ...(failing ? { 'all.p(99)': Infinity } : {}) },
    },
    thresholds: [{ text: 'all.p(99)<100ms', actual: ms, unit: 'ms', limit: 100, ok: ms < 100, why: null }],
    curve: {
      percentile: [0, 50, 90, 99, 100],
      allMs: [0.5, 1, 1.5, 2, 3].map((times) => (failing && times > 1 ? null : ms * times * noise)),
    },
    bounds: {},
    ...{ spread: { stdevMs: ms / 3, count: 600 }, currency: failing ? null : 'USD', seconds },
    windows: { lengthSeconds: 1, rows: seconds.map(({ second, meanMs }) => ({ second, p99Ms: meanMs * 3 })) },
    ...more,
  };
}

async function open(text: string, made?: Awaited<ReturnType<typeof comparison>>): Promise<void> {
  const file = join(folder, 'compare.html');
  writeFileSync(file, renderCompareHtml(made ?? (await comparison(text)), readPageAssets()));
  await look('light', 1200);
  await page.send('Page.navigate', { url: pathToFileURL(file).href });
  for (let i = 0; i < 500; i++) {
    if ((await page.evaluate('document.documentElement.dataset.plots')) !== undefined) return settled();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`the plots were not drawn: ${JSON.stringify(page.complaints())}`);
}

async function look(theme: string, width: number): Promise<void> {
  await page.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: theme }] });
  await page.send('Emulation.setDeviceMetricsOverride', { width, height: 900, deviceScaleFactor: 1, mobile: false });
  await settled();
}

async function settled(): Promise<void> {
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
}

/** Each system and its SLO, from the top. */
const ROWS = `[...document.querySelectorAll('.bars tbody tr:not(.group)')].map((row) =>
  row.querySelector('th').textContent.replace(/[ ,].*/, '') + ' ' + row.querySelector('.slo').textContent)`;

/** How many points or ways each drawing shows. */
const DRAWINGS = `[...document.querySelectorAll('svg.chart')].map((chart) =>
  chart.id + ' ' + [...chart.querySelectorAll('circle')].filter((dot) => dot.getBoundingClientRect().width > 5).length)`;
