import { markup, trusted, type Markup } from '../../report/html/markup.js';
import type { Comparison, Estimate, Group } from '../comparison.js';
import { amountOf } from '../figures.js';
import { metricOf } from '../metrics.js';
import { estimate, sectionsOf, type Section } from '../tables.js';
import { inkAt } from './inks.js';

const COLUMNS = ['response.mean', 'all.p(99)', 'success'].map(metricOf);
const HEADS = ['Mean latency of successes', 'p99 of all requests', 'Success'];

/** Latency and success of every system under every workload, as bars from 0. */
export function bars(comparison: Comparison): Markup {
  return markup`<table class="bars">
    <thead>
      <tr>
        <th scope="col"><span>System</span></th>
        ${HEADS.map((name) => markup`<th scope="col">${name}</th>`)}
      </tr>
    </thead>
    ${sectionsOf(comparison).map(sectionRows)}
  </table>`;
}

/** Bars of one workload and model are to one scale. */
function sectionRows(section: Section): Markup {
  const { workload, model, groups } = section;
  const most = COLUMNS.map(({ name }) => Math.max(...groups.map((group) => topOf(estimate(group, name)))));
  return markup`<tbody>
    <tr class="group"><th colspan="4" scope="rowgroup"><bdi>${workload.label}</bdi>${model === null ? '' : markup`, <bdi>${model}</bdi>`}</th></tr>
    ${groups.map((group, i) => row(group, i, most))}
  </tbody>`;
}

function topOf({ value, high }: Estimate): number {
  return Number.isFinite(value) ? Math.max(value, high ?? 0) : 0;
}

function row(group: Group, index: number, most: readonly number[]): Markup {
  return markup`<tr class="ink-${inkAt(index)}">
    <th scope="row">${group.label}</th>
    ${COLUMNS.map((metric, i) => cell(estimate(group, metric.name), metric.unit, metric.unit === 'ratio' ? 1 : (most[i] ?? 1)))}
  </tr>`;
}

function cell(numbers: Estimate, unit: 'ms' | 'ratio' | 'money' | 'count', full: number): Markup {
  const { value, low, high, basis } = numbers;
  const share = (of: number): number =>
    full > 0 ? Number(((100 * Math.min(Math.max(of, 0), full)) / full).toFixed(3)) : 0;
  const width = value === Infinity ? 100 : Number.isNaN(value) ? 0 : share(value);
  const whisker =
    low === null || high === null || low === high
      ? ''
      : markup`<line x1="${share(low)}" x2="${share(high)}" y1="5" y2="5" />`;
  const mark = basis === 'within one run' ? '~' : '';
  const told =
    low === null || high === null || low === high
      ? ''
      : ` (${mark}${amountOf({ unit }, low)} – ${amountOf({ unit }, high)})`;
  return markup`<td>
    <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect${value === Infinity ? trusted(' class="endless"') : ''} width="${width}" height="10" />${whisker}</svg>
    <span>${value === Infinity ? 'for ever' : amountOf({ unit }, value)}${told}</span>
  </td>`;
}
