import type { Metric, Registry } from 'prom-client';
import type { Tally } from '../progress.js';
import type { Measurement } from '../measurement.js';

export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

/** The measurements in Prometheus' text format; what has no point is left out. */
export async function prometheusText(measured: readonly Measurement[]): Promise<Exposition> {
  const { default: client } = await import('prom-client');
  const registry = new client.Registry();
  for (const measurement of measured) register(registry, measurement);
  return { contentType: registry.contentType, text: await registry.metrics() };
}

/** prometheus.io/docs/practices/naming: underscores, the unit behind, `_total` behind what only grows. */
export function prometheusName({ name, unit, kind }: Pick<Measurement, 'name' | 'unit' | 'kind'>): string {
  const words = [
    name.replaceAll('.', '_'),
    ...(unit === 's' ? ['seconds'] : []),
    ...(kind === 'counter' ? ['total'] : []),
  ];
  return words.join('_');
}

interface Sample {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** The registry asks anything that has `get` for its samples: the counts are ours already. */
function register(registry: Registry, measurement: Measurement): void {
  const name = prometheusName(measurement);
  const values =
    measurement.kind === 'histogram'
      ? histogramSamples(name, measurement.tally)
      : measurement.points.map(({ labels, value }): Sample => ({ labels, value }));
  if (values.length === 0) return;
  const told = { name, help: measurement.help, type: measurement.kind, values };
  registry.registerMetric({ name, get: () => Promise.resolve(told) } as unknown as Metric);
}

function histogramSamples(name: string, { boundsSeconds, counts, sumSeconds }: Tally): Sample[] {
  let below = 0;
  const buckets = counts.map((count, i): Sample => {
    below += count;
    return { metricName: `${name}_bucket`, labels: { le: boundsSeconds[i] ?? '+Inf' }, value: below };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels: {}, value: sumSeconds },
    { metricName: `${name}_count`, labels: {}, value: below },
  ];
}
