import type { CloudMeter, CloudSeries } from '../../cloud-record.js';

/** All series of each meter together; null where there is no point. */
export interface MeterTotals {
  sum(meter: CloudMeter): number | null;
  /** Sum of the values over how many there were. */
  mean(meter: CloudMeter): number | null;
  /** The most that all series together had at one moment. */
  most(meter: CloudMeter): number | null;
  meanMs(meter: CloudMeter): number | null;
  /** The most of any series. */
  mostMs(meter: CloudMeter): number | null;
  unit(meter: CloudMeter): string;
}

const MS_PER_UNIT: Readonly<Record<string, number>> = {
  Milliseconds: 1,
  ms: 1,
  Microseconds: 1e-3,
  us: 1e-3,
  ns: 1e-6,
  Seconds: 1000,
  s: 1000,
};

export function meterTotals(series: readonly CloudSeries[]): MeterTotals {
  const of = (meter: CloudMeter, statistic: CloudSeries['statistic']): readonly CloudSeries[] =>
    series.filter((one) => one.meter === meter && one.statistic === statistic && one.points.length > 0);
  const total = (some: readonly CloudSeries[], factor: (one: CloudSeries) => number): number | null =>
    some.length === 0
      ? null
      : some.reduce((sum, one) => sum + one.points.reduce((part, [, value]) => part + value, 0) * factor(one), 0);
  const ratio = (meter: CloudMeter, factor: (one: CloudSeries) => number): number | null => {
    const [sum, count] = [total(of(meter, 'sum'), factor), total(of(meter, 'count'), () => 1)];
    return sum === null || count === null || count === 0 ? null : sum / count;
  };
  return {
    sum: (meter) => total(of(meter, 'sum'), () => 1),
    mean: (meter) => ratio(meter, () => 1),
    most: (meter) => mostAtOnce(of(meter, 'most')),
    meanMs: (meter) => ratio(meter, msPerUnit),
    mostMs(meter) {
      const values = of(meter, 'most').flatMap((one) => one.points.map(([, value]) => value * msPerUnit(one)));
      return values.length === 0 ? null : values.reduce((a, b) => Math.max(a, b), 0);
    },
    unit: (meter) => series.find((one) => one.meter === meter)?.unit ?? '',
  };
}

/** A unit that is no time gives no time. */
function msPerUnit({ unit }: CloudSeries): number {
  return MS_PER_UNIT[unit] ?? NaN;
}

function mostAtOnce(some: readonly CloudSeries[]): number | null {
  const at = new Map<number, number>();
  for (const { points } of some) for (const [ms, value] of points) at.set(ms, (at.get(ms) ?? 0) + value);
  return at.size === 0 ? null : [...at.values()].reduce((a, b) => Math.max(a, b), 0);
}
