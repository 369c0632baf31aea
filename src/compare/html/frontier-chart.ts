import { trusted, type Markup } from '../../report/html/markup.js';
import { moneyOf, tickOf } from '../figures.js';
import type { Group } from '../comparison.js';
import type { ComparedMetric } from '../../collectors/metric-table.js';
import { estimate } from '../tables.js';
import { inkAt } from './inks.js';
import { scatter, type ScatterPoint } from './scatter.js';
import { limitsOn } from './slo-of.js';

/** Cost against latency; nothing where no system has both, or they are in several currencies. */
export function frontierChart(groups: readonly Group[], metric: ComparedMetric, id: string): Markup {
  const currencies = new Set(groups.flatMap(({ currency, onFrontier }) => (onFrontier === null ? [] : [currency])));
  if (currencies.size !== 1) return trusted('');
  const points = groups.flatMap((group, i): ScatterPoint[] => {
    if (group.onFrontier === null) return [];
    const [x, y] = [estimate(group, 'cost.perMillionSuccesses').value, estimate(group, metric.name).value];
    return [{ x, y, ink: inkAt(i), label: group.label, beaten: !group.onFrontier }];
  });
  const currency = [...currencies][0] ?? '';
  const left = groups.length - points.length;
  return scatter({
    id,
    title: 'Latency and cost',
    caption: `Down and left is better. Filled: no other system is both cheaper and faster; the dotted line joins these.${left > 0 ? ` Not shown: ${String(left)} without a cost or a finite latency.` : ''}`,
    xTitle: `${currency} per million successes`,
    yTitle: metric.name,
    xText: moneyOf,
    yText: tickOf,
    points,
    ways: [],
    levels: limitsOn(groups, metric.name),
    stair: points.filter(({ beaten }) => !beaten).sort((a, b) => a.x - b.x),
  });
}
