import type { HrTime, ValueType } from '@opentelemetry/api';
import type { AggregationTemporality, DataPointType, MetricData } from '@opentelemetry/sdk-metrics';
import type { Measurement, Point } from '../measurement.js';

/** OpenTelemetry's words for kinds: handed in, since its packages are loaded only where they are wanted. */
export interface Kinds {
  readonly AggregationTemporality: typeof AggregationTemporality;
  readonly DataPointType: typeof DataPointType;
  readonly ValueType: typeof ValueType;
}

interface Span {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
}

/** A measurement as OpenTelemetry's: cumulative since the start. */
export function otlpMetric(measurement: Measurement, span: Span, kinds: Kinds): MetricData {
  const { name, help, unit, kind } = measurement;
  const whole = unit === '{request}';
  const common = {
    descriptor: { name, description: help, unit, valueType: whole ? kinds.ValueType.INT : kinds.ValueType.DOUBLE },
    aggregationTemporality: kinds.AggregationTemporality.CUMULATIVE,
  };
  const { HISTOGRAM, SUM, GAUGE } = kinds.DataPointType;
  if (kind === 'histogram') {
    const { boundsSeconds, counts, sumSeconds: sum } = measurement.tally;
    const count = counts.reduce((total, n) => total + n, 0);
    const value = { buckets: { boundaries: [...boundsSeconds], counts: [...counts] }, sum, count };
    return { ...common, dataPointType: HISTOGRAM, dataPoints: [{ ...span, attributes: {}, value }] };
  }
  const dataPoints = measurement.points.map(({ labels, value }: Point) => ({
    ...span,
    attributes: { ...labels },
    value,
  }));
  if (kind === 'gauge') return { ...common, dataPointType: GAUGE, dataPoints };
  return { ...common, dataPointType: SUM, isMonotonic: true, dataPoints };
}
