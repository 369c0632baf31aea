import { COST_METRICS, OWN_STATISTICS, type Metric, type Percentile, type Statistic } from '../metric.js';
import { FAILURES } from '../sample.js';

/** What a limit may be written as: a time; a part of all; a number of requests, or a part of all; a number of requests; an amount; a quantity of the backend's own. */
export type LimitKind = 'time' | 'share' | 'count-or-share' | 'count' | 'money' | 'quantity';

export interface NamedMetric {
  readonly kind: LimitKind;
  /** `as`: what the limit was written as, where it may be either. */
  readonly metric: (as: 'count' | 'share') => Metric;
}

/** Stands for any percentile in a name. */
export const ANY_PERCENTILE = 'p(99)';

/** Every metric by its name, which is that of report.json; `asked` stands where the name has a percentile. */
export function metricsByName(asked: Percentile): ReadonlyMap<string, NamedMetric> {
  return new Map([...latencies(asked), ...health(asked), ...outcomes(), ...coldStarts(asked), ...cost()]);
}

/** A metric of the backend's own: which there are, the plugin says. `name` has ANY_PERCENTILE where a percentile is asked for. */
export function ownMetric(name: string, asked: Percentile): NamedMetric | undefined {
  const [section, own, statistic, ...rest] = name.replace(ANY_PERCENTILE, 'p').split('.');
  if (section !== 'metrics' || own === undefined || rest.length > 0) return undefined;
  const found = statistic === 'p' ? asked : OWN_STATISTICS.find((one) => one === statistic);
  if (found === undefined) return undefined;
  return { kind: found === 'count' ? 'count' : 'quantity', metric: () => ({ section, name: own, statistic: found }) };
}

type Named = [name: string, metric: NamedMetric];

const NAMED_STATISTICS = ['mean', 'min', 'max', 'stdev', 'count'] as const;

function named(name: string, kind: LimitKind, metric: (as: 'count' | 'share') => Metric): Named {
  return [name, { kind, metric }];
}

function statistics(of: string, asked: Percentile, metric: (statistic: Statistic) => Metric): Named[] {
  return [
    named(`${of}.${ANY_PERCENTILE}`, 'time', () => metric(asked)),
    ...NAMED_STATISTICS.map((name) => named(`${of}.${name}`, name === 'count' ? 'count' : 'time', () => metric(name))),
  ];
}

function latencies(asked: Percentile): Named[] {
  return (['all', 'response', 'service'] as const).flatMap((of) =>
    statistics(of, asked, (statistic) => ({ section: 'latency', of, statistic })),
  );
}

function health(asked: Percentile): Named[] {
  return (['lateness', 'connectionWait', 'handshake', 'receiveUncertainty'] as const).flatMap((of) => [
    named(`${of}.${ANY_PERCENTILE}`, 'time', () => ({ section: 'health', of, statistic: asked })),
    named(`${of}.max`, 'time', () => ({ section: 'health', of, statistic: 'max' })),
  ]);
}

function outcomes(): Named[] {
  const section = 'outcomes';
  return [
    named('success', 'share', () => ({ section, of: 'success' })),
    named('unsent', 'count-or-share', (as) => ({ section, of: 'unsent', as })),
    named('failures', 'count-or-share', (as) => ({ section, of: 'failures', as })),
    ...FAILURES.map((failure) =>
      named(`failures.${failure}`, 'count-or-share', (as) => ({ section, of: 'failures', failure, as })),
    ),
  ];
}

function coldStarts(asked: Percentile): Named[] {
  const section = 'coldStarts';
  return [
    named(`coldStarts.${ANY_PERCENTILE}`, 'time', () => ({ section, statistic: asked })),
    named('coldStarts.mean', 'time', () => ({ section, statistic: 'mean' })),
    named('coldStarts.count', 'count', () => ({ section, statistic: 'count' })),
    ...(['warm', 'cold'] as const).flatMap((of) =>
      statistics(`coldStarts.${of}`, asked, (statistic) => ({ section, of, statistic })),
    ),
  ];
}

function cost(): Named[] {
  return COST_METRICS.map((of) => named(`cost.${of}`, 'money', () => ({ section: 'cost', of })));
}
