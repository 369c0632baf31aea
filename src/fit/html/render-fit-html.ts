import { dayMap } from '../../inspect/html/day-map.js';
import { idcPlot, line } from '../../inspect/html/inspection-plots.js';
import { INSPECTION_STYLE, keyList } from '../../inspect/html/render-inspection-html.js';
import type { Inspection } from '../../inspect/inspect.js';
import { lengthText, numberText, percentText } from '../../inspect/length-text.js';
import { markup, type Markup } from '../../report/html/markup.js';
import { notesAside } from '../../report/html/notes-aside.js';
import { plotPlace } from '../../report/html/plot-place.js';
import type { PlotSpec } from '../../report/html/plot-spec.js';
import { renderPage, type PageAssets } from '../../report/html/render-page.js';
import { facts, table } from '../../report/html/table.js';
import { notes, secondsText, verdict, withRange } from '../fit-text.js';
import type { TrafficFit } from '../fit-traffic.js';

/** The page of a fit: the trace, and a draw of its recipe laid over it. */
export function renderFitHtml(fit: TrafficFit, trace: Inspection, draw: Inspection, assets: PageAssets): string {
  const plots = [ratePlot(trace, draw), dispersion(fit), ...gapPlots(trace, draw)];
  const drawn = new Set(plots.map(({ id }) => id));
  const place = (id: string, title: string, caption: string): Markup[] =>
    drawn.has(id) ? [plotPlace(id, title, caption)] : [];
  return renderPage(
    {
      kind: 'replay trace fit',
      title: `${fit.name}, ${fit.best.label}`,
      heading: markup`<bdi>${fit.name}</bdi>, fitted by ${fit.best.label}`,
      when: `${numberText(fit.arrivals)} arrivals in ${lengthText(fit.durationMs)}`,
      numbers: 'numbers',
      main: markup`${banner(fit)} ${figures(fit)} ${notesAside(notes(fit))}
          <noscript>
            <p class="noscript">The plots need JavaScript; all else is here.</p>
          </noscript>
          ${place('rate', 'Rate over time', `Arrivals per second in windows of ${lengthText(trace.rates.windowMs)}: the trace, and one draw of the recipe. A draw has its own path: it should look alike, not be the same.`)}
          ${place('idc', 'Index of dispersion', `Variance over mean of counts in windows of each length, with the band of ${String(fit.goodness.simulated)} simulated traces of the recipe: where the trace leaves it, the process varies otherwise on that scale.`)}
          <div class="pair">
            ${place('gaps', 'Gaps between arrivals', 'The share of gaps that are longer than each length; both axes are logarithmic.')}
            ${place('correlation', 'Correlation of gaps', 'Of gaps 1 to 100 arrivals apart.')}
          </div>
          ${fit.rhythm === null ? '' : dayMap(trace.daily)}
          <section id="numbers" aria-labelledby="numbers-h">
            <h2 id="numbers-h">Numbers</h2>
            ${parameters(fit)} ${tried(fit)} ${goodnessTable(fit)}
            <p class="legend">The recipe: <code>${JSON.stringify(fit.best.recipe)}</code></p>
          </section>`,
      foot: 'Made by replay trace fit; --json holds every number unrounded.',
      plots,
    },
    { script: assets.script, style: `${assets.style}\n${INSPECTION_STYLE}.legend code { overflow-wrap: anywhere; }` },
  );
}

function banner(fit: TrafficFit): Markup {
  const { fits } = fit.goodness;
  return markup`<div class="verdicts"><section class="verdict ${fits ? 'slo-met' : 'slo-missed'}" aria-label="Goodness of fit">
    <p><strong>${fits ? 'Fits' : 'Does not fit'}</strong> ${verdict(fit)}</p>
  </section></div>`;
}

function figures({ best, goodness: { kolmogorov, idc }, tried: [lowest] }: TrafficFit): Markup {
  const inside = idc.filter((point) => point.idc >= point.low && point.idc <= point.high).length;
  return keyList([
    ['Process', best.label, `${String(best.parameters)} parameters`],
    ['KS distance', kolmogorov.distance.toFixed(4), `of rescaled gaps, p ${kolmogorov.p.toPrecision(2)}`],
    ['Time scales', `${String(inside)} of ${String(idc.length)}`, 'at which counts vary as simulated ones do'],
    ['BIC', numberText(lowest?.bic ?? NaN), `the lowest tried, of ${lowest?.label ?? ''}`],
  ]);
}

function ratePlot(trace: Inspection, draw: Inspection): PlotSpec {
  const { windowMs, counts } = trace.rates;
  const per = (all: readonly number[]): number[] => all.map((count) => (count * 1000) / windowMs);
  const [ours, theirs] = [per(counts), per(draw.rates.counts)];
  return {
    id: 'rate',
    x: 'seconds',
    y: { label: 'arrivals/s', unit: 'count', log: false },
    xs: [...counts.map((_, i) => (i * windowMs) / 1000), trace.durationMs / 1000],
    series: [
      { label: 'Trace', ink: 'first', look: 'area', dash: false, values: [...ours, ours.at(-1) ?? null] },
      { label: 'A draw of the recipe', ink: 'second', look: 'step', dash: false, values: [...ours.map((_, i) => theirs[i] ?? null), null] }, // prettier-ignore
    ],
    shadedTo: 0,
  };
}

function dispersion({ goodness: { idc } }: TrafficFit): PlotSpec {
  return idcPlot(idc, [
    line('Simulated: highest', 'second', idc.map(({ high }) => high)), // prettier-ignore
    line('lowest', 'second', idc.map(({ low }) => Math.max(0.001, low))), // prettier-ignore
  ]);
}

function gapPlots({ gaps: ours }: Inspection, { gaps: theirs }: Inspection): PlotSpec[] {
  if (ours === null || theirs === null) return [];
  const shares = new Map(theirs.ccdf.map(({ gapMs, share }) => [gapMs, share]));
  const percent = (share: number | undefined): number | null =>
    share === undefined || share === 0 ? null : 100 * share;
  return [
    {
      id: 'gaps',
      x: 'gap',
      y: { label: '% of gaps that are longer', unit: 'percent', log: true },
      xs: ours.ccdf.map(({ gapMs }) => gapMs),
      series: [
        line('Trace', 'first', ours.ccdf.map(({ share }) => percent(share))), // prettier-ignore
        line('A draw of the recipe', 'second', ours.ccdf.map(({ gapMs }) => percent(shares.get(gapMs))), true), // prettier-ignore
      ],
      shadedTo: 0,
    },
    {
      id: 'correlation',
      x: 'lag',
      y: { label: 'correlation of gaps', unit: 'count', log: false },
      xs: ours.autocorrelation.map((_, i) => i + 1),
      series: [
        line('Trace', 'first', ours.autocorrelation),
        line('A draw of the recipe', 'second', ours.autocorrelation.map((_, i) => theirs.autocorrelation[i] ?? null), true), // prettier-ignore
      ],
      shadedTo: 0,
    },
  ];
}

function parameters({ best }: TrafficFit): Markup {
  if (best.states === undefined)
    return facts(
      'Parameters, with 95 % intervals',
      best.estimates.map(({ name, unit, ...estimate }) => [name, `${withRange(estimate, numberText)} ${unit}`]),
    );
  return table({
    caption: 'States, with 95 % intervals',
    head: ['State', 'Rate per second', 'Mean stay', 'Left', 'Share of time'],
    rows: best.states.map(({ ratePerSecond, sojournSeconds, exits, shareOfTime }, i) => [
      String(i),
      withRange(ratePerSecond, numberText),
      withRange(sojournSeconds, secondsText),
      exits.toFixed(1),
      percentText(shareOfTime),
    ]),
  });
}

function tried(fit: TrafficFit): Markup {
  return table({
    caption: 'Tried, the lowest BIC first',
    head: ['Process', 'Parameters', 'Log-likelihood', 'AIC', 'BIC'],
    rows: fit.tried.map(({ label, parameters: count, logLikelihood, aic, bic }) => [
      label,
      String(count),
      ...[logLikelihood, aic, bic].map((value) => value.toFixed(1)),
    ]),
  });
}

function goodnessTable({ goodness: { idc } }: TrafficFit): Markup {
  return table({
    caption: 'Index of dispersion',
    head: ['Windows of', 'Trace', 'Simulated, lowest', 'Highest'],
    rows: idc.map(({ windowMs, idc: value, low, high }) => [
      lengthText(windowMs),
      ...[value, low, high].map(numberText),
    ]),
  });
}
