import type { GetMetricDataOutput, MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { CloudSeries } from '../../cloud-record.js';
import type { MetricQuery } from './cloudwatch-metrics.js';
import type { CollectWindow } from '../../cloud-meters.js';
import { eachPage } from '../shared/each-page.js';

/** One page of GetMetricData. */
export type GetMetricPage = (input: {
  readonly MetricDataQueries: MetricDataQuery[];
  readonly StartTime: Date;
  readonly EndTime: Date;
  readonly ScanBy: 'TimestampAscending';
  readonly NextToken?: string;
}) => Promise<Pick<GetMetricDataOutput, 'MetricDataResults' | 'NextToken'>>;

/** The service takes this many questions at once. */
const MOST_QUERIES = 500;

/**
 * The series that were asked for; empty ones too. A page may hold a part of a series, and the next one the rest; each
 * moment counts once. Rejects with what the service says, or where its answer is no answer.
 */
export async function readMetricData(
  get: GetMetricPage,
  queries: readonly MetricQuery[],
  { fromMs, toMs, stepMs }: CollectWindow,
): Promise<readonly CloudSeries[]> {
  if (queries.length > MOST_QUERIES) throw new Error('too many variants to ask about at once; name one');
  const points = queries.map(() => new Map<number, number>());
  const input = {
    MetricDataQueries: queries.map((query, i) => questionOf(query, i, stepMs / 1000)),
    StartTime: new Date(fromMs),
    EndTime: new Date(toMs),
    ScanBy: 'TimestampAscending' as const,
  };
  await eachPage(async (token) => {
    const page = await get(token === undefined ? input : { ...input, NextToken: token });
    for (const { Id, Timestamps = [], Values = [] } of page.MetricDataResults ?? []) {
      const of = points[Number(/^m(\d+)$/.exec(Id ?? '')?.[1] ?? NaN)];
      if (of === undefined || Timestamps.length !== Values.length) throw new Error('the answer is not to the question');
      Timestamps.forEach((time, i) => of.set(momentOf(time), amountOf(Values[i])));
    }
    return page.NextToken;
  });
  return queries.map((query, i) => seriesOf(query, points[i] as ReadonlyMap<number, number>));
}

function questionOf({ namespace, metric, stat, dimensions }: MetricQuery, i: number, Period: number): MetricDataQuery {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  const Metric = { Namespace: namespace, MetricName: metric, Dimensions };
  return { Id: `m${String(i)}`, MetricStat: { Metric, Period, Stat: stat } };
}

function momentOf(time: Date | undefined): number {
  const ms = time?.getTime() ?? NaN;
  if (!Number.isFinite(ms)) throw new Error('the answer has a point without a time');
  return ms;
}

function amountOf(value: number | undefined): number {
  if (value === undefined || !(value >= 0 && value < Infinity))
    throw new Error('the answer has a point without a value');
  return value;
}

function seriesOf(
  { meter, statistic, namespace, metric, unit, dimensions }: MetricQuery,
  points: ReadonlyMap<number, number>,
): CloudSeries {
  const { VariantName } = dimensions;
  return {
    meter,
    statistic,
    name: `${namespace} ${metric}`,
    unit,
    labels: VariantName === undefined ? {} : { VariantName },
    points: [...points].sort(([a], [b]) => a - b),
  };
}
