import { markup, trusted, type Markup } from '../../report/html/markup.js';
import type { Comparison, Estimate, Group } from '../comparison.js';
import { amountOf } from '../figures.js';
import { type ComparedMetric } from '../../collectors/metric-table.js';
import { metricOf } from '../metric-of.js';
import { estimate, sectionsOf, type Section } from '../tables.js';
import { axisOf, type Axis } from './axis.js';
import { inkAt } from './inks.js';
import { sloOf } from './slo-of.js';

const COLUMNS = ['response.mean', 'all.p(99)', 'success'].map(metricOf);
const HEADS = ['Mean latency of successes', 'p99 of all requests', 'Success'];

/** Latency and success of every system under every workload, as bars. */
export function bars(comparison: Comparison): Markup {
  return markup`<table class="bars">
    <thead>
      <tr>
        <th scope="col"><span>System</span></th>
        <th scope="col" class="slo">SLO</th>
        ${HEADS.map((name) => markup`<th scope="col">${name}</th>`)}
      </tr>
    </thead>
    ${sectionsOf(comparison).map(sectionRows)}
  </table>`;
}

/** Bars of one workload and model are to one scale. */
function sectionRows(section: Section): Markup {
  const { workload, model, groups } = section;
  const scales = COLUMNS.map((metric) => scaleOf(metric, groups));
  return markup`<tbody>
    <tr class="group"><th colspan="2" scope="rowgroup"><bdi>${workload.label}</bdi>${model === null ? '' : markup`, <bdi>${model}</bdi>`}</th>${scales.map(({ axis, bar }, i) => markup`<td class="scale" data-of="${HEADS[i] ?? ''}">${bar && axis.log ? 'log scale' : ''}</td>`)}</tr>
    ${groups.map((group, i) => row(group, i, scales))}
  </tbody>`;
}

interface Scale {
  readonly metric: ComparedMetric;
  readonly axis: Axis;
  /** False where all are alike: a column of full bars says less than its numbers. */
  readonly bar: boolean;
}

function scaleOf(metric: ComparedMetric, groups: readonly Group[]): Scale {
  const values = groups.map((group) => estimate(group, metric.name)).filter(({ value }) => Number.isFinite(value));
  if (metric.unit === 'share') return { metric, axis: SHARES, bar: values.some(({ value }) => value < 1) };
  const ends = values.flatMap(({ value, high }) => [value, high ?? value]);
  return { metric, axis: ends.length === 0 ? SHARES : axisOf(ends), bar: true };
}

const SHARES: Axis = { log: false, ticks: [], place: (value) => value };

function row(group: Group, index: number, scales: readonly Scale[]): Markup {
  const { kept, text } = sloOf(group);
  const word = kept === null ? 'none' : kept ? 'met' : 'missed';
  return markup`<tr class="ink-${inkAt(index)}">
    <th scope="row"><svg class="swatch" viewBox="0 0 10 10" aria-hidden="true"><rect width="10" height="10" /></svg>${group.label}</th>
    <td class="slo is-${word}" data-of="SLO">${kept === null ? '–' : text}</td>
    ${scales.map((scale, i) => cell(estimate(group, scale.metric.name), scale, HEADS[i] ?? ''))}
  </tr>`;
}

function cell(numbers: Estimate, { metric: { unit }, axis, bar }: Scale, name: string): Markup {
  const { value, low, high, basis } = numbers;
  const isInterval = low !== null && high !== null && low !== high;
  const share = (of: number): number => Number((100 * Math.min(1, Math.max(0, axis.place(of) || 0))).toFixed(3));
  const width = value === Infinity ? 100 : Number.isNaN(value) ? 0 : share(value);
  const whisker = isInterval ? markup`<line x1="${share(low)}" x2="${share(high)}" y1="5" y2="5" />` : '';
  const mark = basis === 'within one run' ? '~' : '';
  const told = isInterval ? ` (${mark}${amountOf({ unit }, low)} – ${amountOf({ unit }, high)})` : '';
  const drawn = bar
    ? markup`<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect${value === Infinity ? trusted(' class="endless"') : ''} width="${width}" height="10" />${whisker}</svg>`
    : '';
  return markup`<td data-of="${name}">
    ${drawn}
    <span>${value === Infinity ? 'infinite' : amountOf({ unit }, value)}${told}</span>
  </td>`;
}
