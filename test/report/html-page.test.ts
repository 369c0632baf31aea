import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPageAssets } from '#src/report/html/read-page-assets';
import { renderReportHtml } from '#src/report/html/render-report-html';
import type { Report } from '#src/report';
import { ENDED, makeRows, planFor, toBlock } from '../collectors/sample-rows.js';
import { findChromium, openPage, type Page } from './html-browser.js';
import { COVERED, CUT, PIXELS, UNREADABLE } from './html-probes.js';
import { HOSTILE, withTexts } from './html-hostile.js';
import { madeReport } from './made-report.js';

const chromium = findChromium();
if (chromium === undefined)
  console.warn('report.html is not tried in a browser: install chromium (apt install chromium)');

const folder = mkdtempSync(join(tmpdir(), 'replay-page-'));
let page: Page;

describe.skipIf(chromium === undefined)('report.html in Chromium', () => {
  beforeAll(async () => {
    page = await openPage(chromium ?? '');
  });

  afterAll(async () => {
    await page.close();
    rmSync(folder, { recursive: true });
  });

  test('draws every plot, light and dark, wide and narrow, without a complaint or a request, and all text can be read', async () => {
    await open(await busyReport());
    for (const theme of ['light', 'dark']) {
      await look(theme, 1200);
      expect(await page.evaluate(PIXELS)).toEqual(IDS.map((id) => `plot-${id} drawn`));
      expect(await page.evaluate(UNREADABLE)).toEqual([]);
    }
    await look('light', 380);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(380);
    expect(await page.evaluate(PIXELS)).toHaveLength(IDS.length);
    expect(page.complaints()).toEqual([]);
    expect(page.requests().filter((url) => !/^(file|data):/.test(url))).toEqual([]);
  });

  test('a run in which nothing was planned has its plots too', async () => {
    await open((await madeReport(planFor([]), [], ENDED)).report);
    expect(await page.evaluate("document.querySelectorAll('.plot canvas').length")).toBe(IDS.length - 1);
    expect(page.complaints()).toEqual([]);
  });

  test('no text from outside becomes an element or a script', async () => {
    await open(withTexts(await busyReport(), HOSTILE.join(' ')));
    expect(await page.evaluate('document.title')).not.toBe('broken');
    expect(await page.evaluate("document.querySelectorAll('script').length")).toBe(2);
    expect(
      await page.evaluate(
        "document.querySelectorAll('img, svg[onload], svg script, [onload], [onfocus], [autofocus]').length",
      ),
    ).toBe(0);
    expect(await page.evaluate("document.querySelector('h1').textContent")).toContain(HOSTILE[0]);
    expect(await page.evaluate("document.querySelectorAll('.plot canvas').length")).toBe(IDS.length);
    expect(page.complaints()).toEqual([]);
  });

  test('the keyboard reaches every plot, reads it, zooms all plots against time, and shows all again', async () => {
    await open(await busyReport());
    const reached = new Set<unknown>();
    for (let i = 0; i < 90; i++) {
      await press('Tab');
      reached.add(await page.evaluate('document.activeElement.id'));
    }
    for (const id of IDS) expect(reached).toContain(`plot-${id}`);
    await page.evaluate("document.getElementById('plot-rates').focus()");
    const all = await read();
    expect(new Set(Object.values(all))).toEqual(new Set(['–']));
    for (let i = 0; i < 4; i++) await press('ArrowRight');
    expect(await read()).toMatchObject({ rates: '0:03', outcomes: '0:03', cost: '0:03', 'own-share': '0:03', percentiles: '–' }); // prettier-ignore
    const wide = await page.evaluate(PICTURES);
    await press('+');
    await press('+');
    expect(await read()).toMatchObject({ rates: '0:03', outcomes: '0:03' });
    await press('ArrowLeft');
    expect((await read())['rates']).toBe('0:02');
    expect(await page.evaluate(PICTURES)).not.toEqual(wide);
    await press('Escape');
    expect(await page.evaluate(PICTURES)).toEqual(wide);
    expect(page.complaints()).toEqual([]);
  });

  test('prints', async () => {
    await open(await busyReport());
    await look('dark', 1200);
    const { data } = await page.send('Page.printToPDF', {});
    expect(
      Buffer.from(data as string, 'base64')
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-');
    expect(page.complaints()).toEqual([]);
  });

  test('no caption lies on a plot, and nothing is cut: on screens of several widths and on paper', async () => {
    await open(await busyReport());
    for (const width of [1400, 700, 420, 320]) {
      await look('light', width);
      expect(await page.evaluate(COVERED), String(width)).toEqual([]);
      expect(await page.evaluate(CUT), String(width)).toEqual([]);
    }
    await look('light', 720);
    await page.send('Emulation.setEmulatedMedia', { media: 'print' });
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    await settled();
    expect(await page.evaluate(COVERED)).toEqual([]);
    expect(await page.evaluate(CUT)).toEqual([]);
    await page.evaluate("dispatchEvent(new Event('afterprint'))");
    await page.send('Emulation.setEmulatedMedia', { media: '' });
  });
});

const IDS = ['rates', 'latency', 'heat', 'in-flight', 'percentiles', 'histogram', 'outcomes', 'own-share', 'cost'];

/** Failures, cold starts, cost, a warm-up, notes and an INVALID verdict. */
async function busyReport(): Promise<Report> {
  const rows = makeRows(4000, 3, 4, 0.05);
  const { report } = await madeReport(planFor(rows, { warmupMs: 2000, maxLatenessMs: 0.1 }), [toBlock(rows)], ENDED, {
    notes: ['Weights are synthetic.'],
    warmupMs: 2000,
  });
  const { timeline, cost, coldStarts } = report.sections;
  const stage = (meanMs: number) => ({ count: 9, meanMs, p99Ms: 2 * meanMs });
  const stages = {
    init: stage(900),
    container: stage(200),
    import: stage(300),
    load: stage(400),
    firstInference: stage(90),
  };
  const instances = [{ atMs: 0, count: 1 }, { atMs: 5000, count: 3 }]; // prettier-ignore
  const thresholds = [100, 1000].map((limit) => ({ text: `all.p(99)<${String(limit)}ms`, actual: 212.5, unit: 'ms' as const, limit, ok: limit > 212.5, why: limit > 212.5 ? null : 'slow' })); // prettier-ignore
  const seconds = timeline.seconds.map((second) => ({ ...second, cost: second.due * 1e-6 }));
  const items = [{ what: 'requests', quantity: 4000, unit: 'request', unitPrice: 1e-6, cost: 0.004, estimated: true }];
  return {
    ...report,
    sections: {
      ...report.sections,
      thresholds,
      timeline: { ...timeline, seconds },
      coldStarts: { ...coldStarts, stages, instances, instancesSeen: 3 },
      cost: { ...cost, total: 0.004, perMillionSuccesses: 1, items },
    },
  };
}

async function open(report: Report): Promise<void> {
  const file = join(folder, 'report.html');
  writeFileSync(file, await renderReportHtml(report, readPageAssets()));
  await look('light', 1200);
  await page.send('Page.navigate', { url: pathToFileURL(file).href });
  for (let i = 0; i < 200; i++) {
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

async function press(key: string): Promise<void> {
  const text = key.length === 1 ? { text: key } : {};
  const code = key === 'Tab' ? { code: 'Tab', windowsVirtualKeyCode: 9 } : {};
  await page.send('Input.dispatchKeyEvent', {
    type: key.length === 1 ? 'keyDown' : 'rawKeyDown',
    key,
    ...text,
    ...code,
  });
  await page.send('Input.dispatchKeyEvent', { type: 'keyUp', key, ...code });
}

/** What each plot's legend reports at the cursor's x. */
async function read(): Promise<Record<string, string>> {
  const text = `Object.fromEntries([...document.querySelectorAll('.plot')].map((plot) =>
    [plot.id.slice(5), plot.querySelector('.u-value').textContent]))`;
  return (await page.evaluate(text)) as Record<string, string>;
}

// What is evaluated in the page is text, since this file knows no DOM.

/** Some plots against time as pictures, which change with the zoom. */
const PICTURES = `(async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    return ['latency', 'rates', 'cost'].map((id) => document.querySelector('#plot-' + id + ' canvas').toDataURL());
  })()`;
