import { trusted, type Markup } from '../../report/html/markup.js';
import { moneyOf, tickOf } from '../figures.js';
import type { Group } from '../comparison.js';
import type { Metric } from '../metrics.js';
import { estimate } from '../tables.js';
import { inkAt } from './inks.js';
import { scatter, type ScatterPoint } from './scatter.js';

/** Cost against latency; nothing where no system has both, or they are in several currencies. */
export function frontierChart(groups: readonly Group[], metric: Metric, id: string): Markup {
  const currencies = new Set(groups.flatMap(({ currency, onFrontier }) => (onFrontier === null ? [] : [currency])));
  if (currencies.size !== 1) return trusted('');
  const points = groups.flatMap((group, i): ScatterPoint[] => {
    if (group.onFrontier === null) return [];
    const [x, y] = [estimate(group, 'cost.perMillionSuccesses').value, estimate(group, metric.name).value];
    return [{ x, y, ink: inkAt(i), label: clipped(group.label), beaten: !group.onFrontier }];
  });
  const currency = [...currencies][0] ?? '';
  const left = groups.length - points.length;
  return scatter({
    id,
    title: 'Latency and cost',
    caption: `${metric.name} against ${currency} per million successes; down and left is better. Filled: nothing here is both cheaper and faster.${left > 0 ? ` Not shown: ${String(left)} without a cost or a finite latency.` : ''}`,
    xText: moneyOf,
    yText: tickOf,
    points,
    ways: [],
    stair: points.filter(({ beaten }) => !beaten).sort((a, b) => a.x - b.x),
  });
}

function clipped(label: string): string {
  return label.length <= 34 ? label : `${label.slice(0, 33)}…`;
}
