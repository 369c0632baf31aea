import { markup, type Markup } from '../../report/html/markup.js';
import { plotPlace } from '../../report/html/plot-place.js';
import { renderPage, type PageAssets } from '../../report/html/render-page.js';
import { facts, table } from '../../report/html/table.js';
import { describe } from '../describe.js';
import type { Inspection } from '../inspect.js';
import { columnText } from '../inspection-text.js';
import { lengthText, numberText, percentText } from '../length-text.js';
import { DAY_MAP_STYLE, dayMap } from './day-map.js';
import { inspectionPlots } from './inspection-plots.js';

/** The page about the traffic of a trace: one file that asks the network for nothing, in the style of report.html. */
export function renderInspectionHtml(inspection: Inspection, { script, style }: PageAssets): string {
  const plots = inspectionPlots(inspection);
  const drawn = new Set(plots.map(({ id }) => id));
  const place = (id: string, title: string, caption: string): Markup[] =>
    drawn.has(id) ? [plotPlace(id, title, caption)] : [];
  return renderPage(
    {
      kind: 'replay trace inspect',
      title: inspection.name,
      heading: markup`<bdi>${inspection.name}</bdi>`,
      when: `${numberText(inspection.arrivals)} arrivals in ${lengthText(inspection.durationMs)}`,
      numbers: 'numbers',
      main: markup`${keyFigures(inspection)}
          <p class="words">${describe(inspection).join(' ')}</p>
          <noscript>
            <p class="noscript">The plots need JavaScript; all else is here.</p>
          </noscript>
          ${place('rate', 'Rate over time', `Arrivals per second, in windows of ${lengthText(inspection.rates.windowMs)}.`)}
          ${place('idc', 'Index of dispersion', 'How much counts in windows of each length vary: variance over mean, 1 for a Poisson process at every length. Where the curve leaves the band, the rate changes on that scale; both axes are logarithmic.')}
          <div class="pair">
            ${place('gaps', 'Gaps between arrivals', 'The share of gaps that are longer than each length, against an exponential law (Poisson) of the same mean; both axes are logarithmic.')}
            ${place('correlation', 'Correlation of gaps', 'Of gaps 1 to 100 arrivals apart. Outside the dashed lines a long gap tends to be followed by other long ones.')}
          </div>
          ${dayMap(inspection.daily)}
          <section id="numbers" aria-labelledby="numbers-h">
            <h2 id="numbers-h">Numbers</h2>
            <div class="columns">${tables(inspection)}</div>
            ${idcTable(inspection)}
          </section>`,
      foot: 'Made by replay trace inspect; --json holds every number unrounded.',
      plots,
    },
    { script, style: `${style}\n${INSPECTION_STYLE}` },
  );
}

export const INSPECTION_STYLE = `.words { max-width: 46rem; font-size: 1.02rem; margin-bottom: 1.75rem; }\n${DAY_MAP_STYLE}`;

function keyFigures({ meanPerSecond, peaks, peakToMean, gaps, concurrency, bursts }: Inspection): Markup {
  const [peak] = peaks;
  return keyList([
    ['Mean rate', `${numberText(meanPerSecond)}/s`, 'over the whole trace'],
    ...(peak === undefined ? [] : [['Peak rate', `${numberText(peak.perSecond)}/s`, `in ${lengthText(peak.windowMs)}, ${numberText(peakToMean ?? NaN)} × the mean`] as const]), // prettier-ignore
    ...(gaps === null ? [] : [['SCV of gaps', numberText(gaps.scv), '1 is Poisson'] as const]),
    ['Bursts', numberText(bursts.count), 'above 3 × the mean'],
    ['At once', numberText(concurrency.most), `requests of ${lengthText(concurrency.serviceMs)}, at most`],
    ['Cold starts', numberText(concurrency.pools[1]?.coldStarts ?? 0), 'with 10 min of idle lifetime, if none queues'],
  ]);
}

/** A large figure each, with a note below. */
export function keyList(figures: readonly (readonly [name: string, value: string, note: string])[]): Markup {
  return markup`<dl class="key">
    ${figures.map(
      ([name, value, note]) =>
        markup`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
          <dd class="note">${note}</dd>
        </div>`,
    )}
  </dl>`;
}

function tables(inspection: Inspection): Markup {
  const { peaks, rateQuantiles: at, bursts, longGaps, gaps, stamps, concurrency, columns } = inspection;
  const known = (ms: number | null): string => (ms === null ? '–' : lengthText(ms));
  const quantiles = (['p5', 'p50', 'p95', 'p99'] as const).map((name) => [name, `${numberText(at[name])}/s`] as const);
  return markup`${facts('Rates', [
    ...peaks.map(({ windowMs, perSecond, atMs }) => [`Peak over ${lengthText(windowMs)}`, `${numberText(perSecond)}/s, at ${lengthText(atMs)}`] as const), // prettier-ignore
    ...(Number.isFinite(at.p50) ? quantiles : []),
    ['Windows of quantiles', lengthText(at.windowMs)],
  ])}
  ${facts('Bursts', [
    ['Above', `${numberText(bursts.abovePerSecond)}/s in windows of ${lengthText(bursts.windowMs)}`],
    ['Number', numberText(bursts.count)],
    ['Median length', known(bursts.medianLengthMs)],
    ['Longest', known(bursts.longestMs)],
    ['Highest', bursts.highestPerSecond === null ? '–' : `${numberText(bursts.highestPerSecond)}/s`],
    ['Share of time', percentText(bursts.shareOfTime)],
    ['Share of arrivals', percentText(bursts.shareOfArrivals)],
  ])}
  ${facts('Gaps and time stamps', [
    ...(gaps === null ? [] : [['Mean gap', lengthText(gaps.meanMs)] as const, ['Longest gaps', gaps.longest.map(({ lengthMs, fromMs }) => `${lengthText(lengthMs)} at ${lengthText(fromMs)}`).join(', ')] as const]), // prettier-ignore
    ...longGaps.map(({ aboveMs, count }) => [`Gaps above ${lengthText(aboveMs)}`, numberText(count)] as const),
    ['Stamps are multiples of', stamps.resolutionMs === null ? 'nothing common' : lengthText(stamps.resolutionMs)],
    ['Equal to the one before', `${numberText(stamps.duplicates)} (at most ${numberText(stamps.mostAtOnce)} at once)`],
  ])}
  ${facts(`Instances, at ${lengthText(concurrency.serviceMs)} a request`, [
    ['At once, mean', numberText(concurrency.mean)],
    ['At once, p99 of time', numberText(concurrency.p99)],
    ['At once, most', `${numberText(concurrency.most)}, at ${lengthText(concurrency.mostAtMs)}`],
    ...concurrency.pools.map(({ idleLifetimeMs, coldStarts }) => [`Cold, ${lengthText(idleLifetimeMs)} idle lifetime`, `${numberText(coldStarts)}, ${percentText(coldStarts / inspection.arrivals)}`] as const), // prettier-ignore
  ])}
  ${
    columns.length === 0
      ? ''
      : facts(
          'Columns',
          columns.map((column) => [column.name, columnText(column)] as const),
        )
  }`;
}

function idcTable({ idc }: Inspection): Markup {
  return table({
    caption: 'Index of dispersion',
    head: ['Windows of', 'Number', 'Variance / mean', 'Poisson, 2.5 %', '97.5 %'],
    rows: idc.map(({ windowMs, windows, idc: value, poissonLow, poissonHigh }) => [
      lengthText(windowMs),
      numberText(windows),
      numberText(value),
      numberText(poissonLow),
      numberText(poissonHigh),
    ]),
  });
}
