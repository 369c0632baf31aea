import { keepPeaks } from '../../report/html/keep-peaks.js';
import type { Ink, PlotSeries, PlotSpec } from '../../report/html/plot-spec.js';
import type { IdcPoint } from '../idc-curve.js';
import type { Inspection } from '../inspect.js';

/** The plots of a page about traffic; those for which the trace is too short are left out. */
export function inspectionPlots(inspection: Inspection): PlotSpec[] {
  const { gaps, idc } = inspection;
  return [
    ratePlot(inspection),
    ...(gaps === null ? [] : [gapPlot(gaps), ...(gaps.autocorrelation.length > 1 ? [correlationPlot(gaps)] : [])]),
    ...(idc.length > 1 ? [idcPlot(idc)] : []),
  ];
}

/** A curve; other pages draw a second one beside it. */
export function line(label: string, ink: Ink, values: readonly (number | null)[], dash = false): PlotSeries {
  return { label, ink, look: 'line', dash, values: values.map((value) => (value === null ? null : round(value))) };
}

function ratePlot({ rates: { windowMs, counts }, durationMs, meanPerSecond, bursts }: Inspection): PlotSpec {
  // The last window may be cut: its rate is that of the part that was seen.
  const rates = counts.map((count, i) => {
    const lengthMs = Math.min(windowMs, durationMs - i * windowMs);
    return (count * 1000) / (lengthMs > windowMs / 100 ? lengthMs : windowMs);
  });
  const rows = keepPeaks([rates], 4000);
  return {
    id: 'rate',
    x: 'seconds',
    y: { label: 'arrivals/s', unit: 'count', log: false },
    xs: [...rows.map((row) => (row * windowMs) / 1000), durationMs / 1000],
    series: [
      {
        label: 'Arrivals per second',
        ink: 'first',
        look: 'area',
        dash: false,
        values: [...rows, rows.at(-1) ?? 0].map((row) => round(rates[row] ?? 0)),
      },
    ],
    shadedTo: 0,
    limits: [
      { axis: 'y', value: round(meanPerSecond), label: 'mean' },
      ...(bursts.count > 0 ? [{ axis: 'y' as const, value: round(bursts.abovePerSecond), label: 'bursts' }] : []),
    ],
  };
}

function gapPlot({ ccdf, meanMs }: NonNullable<Inspection['gaps']>): PlotSpec {
  return {
    id: 'gaps',
    x: 'gap',
    y: { label: '% of gaps that are longer', unit: 'percent', log: true },
    xs: ccdf.map(({ gapMs }) => gapMs),
    series: [
      line('Gaps', 'first', ccdf.map(({ share }) => (share > 0 ? 100 * share : null))), // prettier-ignore
      line('Exponential of the same mean', 'second', ccdf.map(({ gapMs }) => seen(100 * Math.exp(-gapMs / meanMs))), true), // prettier-ignore
    ],
    shadedTo: 0,
  };
}

/** Below what the axis shows nothing is drawn. */
function seen(percent: number): number | null {
  return percent >= 0.001 ? percent : null;
}

function correlationPlot({ autocorrelation, autocorrelationBound }: NonNullable<Inspection['gaps']>): PlotSpec {
  const xs = autocorrelation.map((_, i) => i + 1);
  return {
    id: 'correlation',
    x: 'lag',
    y: { label: 'correlation of gaps', unit: 'count', log: false },
    xs,
    series: [
      line('Correlation', 'first', autocorrelation),
      line('95 % of independent gaps: below', 'offer', xs.map(() => autocorrelationBound), true), // prettier-ignore
      line('above', 'offer', xs.map(() => -autocorrelationBound), true), // prettier-ignore
    ],
    shadedTo: 0,
  };
}

export function idcPlot(idc: readonly IdcPoint[], more: readonly PlotSeries[] = []): PlotSpec {
  return {
    id: 'idc',
    x: 'window',
    y: { label: 'variance / mean of counts', unit: 'count', log: true },
    xs: idc.map(({ windowMs }) => windowMs),
    series: [
      line('Trace', 'first', idc.map((point) => point.idc)), // prettier-ignore
      ...more,
      line('95 % of Poisson: below', 'offer', idc.map(({ poissonHigh }) => poissonHigh), true), // prettier-ignore
      line('above', 'offer', idc.map(({ poissonLow }) => Math.max(0.001, poissonLow)), true), // prettier-ignore
    ],
    shadedTo: 0,
  };
}

function round(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(4));
}
