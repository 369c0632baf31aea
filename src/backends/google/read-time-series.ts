import type { CloudSeries } from '../../cloud-record.js';
import { printable } from '../../errors.js';
import { type Fields, fields, list } from '../../fields.js';
import type { CollectWindow } from '../../cloud-meters.js';
import { eachPage } from '../shared/each-page.js';
import type { MetricWish } from './monitoring-metrics.js';

/** One page of timeSeries.list, as JSON. */
export type GetPage = (query: URLSearchParams) => Promise<unknown>;

const PAGE_SIZE = '500';
const MOST_POINTS = 1_000_000;

/** One series of the answer: its labels, and per moment what is reported there. */
interface Track {
  readonly labels: Readonly<Record<string, string>>;
  readonly unit: string;
  readonly sums: Map<number, number>;
  readonly counts: Map<number, number>;
}

/**
 * All series of one metric in the window. A page may hold a part of a series, and the next one the rest; each moment
 * counts once. Rejects with what the service says, or where its answer is no answer.
 */
export async function readTimeSeries(
  get: GetPage,
  wish: MetricWish,
  filter: string,
  { fromMs, toMs }: Pick<CollectWindow, 'fromMs' | 'toMs'>,
): Promise<readonly CloudSeries[]> {
  const tracks = new Map<string, Track>();
  let points = 0;
  await eachPage(async (token) => {
    const page = await get(queryOf(filter, fromMs, toMs, token));
    const { timeSeries = [], nextPageToken } = fields(page, 'the answer');
    for (const one of list(timeSeries, 'timeSeries')) points += addSeries(tracks, fields(one, 'a time series'), wish);
    if (points > MOST_POINTS) throw new Error(`there are more than ${String(MOST_POINTS)} points in the window`);
    return typeof nextPageToken === 'string' ? nextPageToken : undefined;
  });
  return [...tracks].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, track]) => seriesOf(track, wish));
}

function queryOf(filter: string, fromMs: number, toMs: number, token: string | undefined): URLSearchParams {
  return new URLSearchParams({
    filter,
    'interval.startTime': new Date(fromMs).toISOString(),
    'interval.endTime': new Date(toMs).toISOString(),
    pageSize: PAGE_SIZE,
    ...(token === undefined ? {} : { pageToken: token }),
  });
}

function addSeries(tracks: Map<string, Track>, series: Fields, wish: MetricWish): number {
  const metric = labelsOf(fields(series['metric'] ?? {}, 'a metric')['labels']);
  const resource = labelsOf(fields(series['resource'] ?? {}, 'a resource')['labels']);
  const key = JSON.stringify([sorted(metric), sorted(resource)]);
  const unit = typeof series['unit'] === 'string' ? printable(series['unit'], 20) : wish.unit;
  const track = tracks.get(key) ?? { labels: metric, unit, sums: new Map(), counts: new Map() };
  tracks.set(key, track);
  const points = list(series['points'] ?? [], 'points');
  for (const point of points) addPoint(track, fields(point, 'a point'));
  return points.length;
}

function addPoint({ sums, counts }: Track, point: Fields): void {
  const { endTime } = fields(point['interval'], 'an interval');
  const atMs = Date.parse(String(endTime));
  if (!Number.isFinite(atMs)) throw new Error('the answer has a point without a time');
  const { int64Value, doubleValue, distributionValue } = fields(point['value'], 'a value');
  if (distributionValue === undefined) {
    sums.set(atMs, amount(int64Value ?? doubleValue));
    counts.set(atMs, 1);
    return;
  }
  // A zero is left out of the JSON form.
  const { count = 0, mean = 0 } = fields(distributionValue, 'a distribution');
  sums.set(atMs, amount(count) * amount(mean));
  counts.set(atMs, amount(count));
}

function seriesOf({ labels, unit, sums, counts }: Track, { type, as, meters }: MetricWish): CloudSeries[] {
  const ascending = (of: ReadonlyMap<number, number>): [number, number][] => [...of].sort(([a], [b]) => a - b);
  return meters
    .filter(({ of }) => of?.(labels) !== false)
    .flatMap(({ meter }): CloudSeries[] => {
      const base = { meter, name: type, unit, labels };
      if (as === 'level') return [{ ...base, statistic: 'most', points: ascending(sums) }];
      const sum = { ...base, statistic: 'sum' as const, points: ascending(sums) };
      return as === 'total' ? [sum] : [sum, { ...base, statistic: 'count', points: ascending(counts) }];
    });
}

/** An int64 comes as text. */
function amount(value: unknown): number {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !(number >= 0 && number < Infinity))
    throw new Error('the answer has a point without a value');
  return number;
}

const MOST_LABELS = 20;

function labelsOf(value: unknown): Record<string, string> {
  const entries = Object.entries(fields(value ?? {}, 'labels')).slice(0, MOST_LABELS);
  return Object.fromEntries(entries.map(([name, text]) => [printable(name, 60), printable(String(text), 120)]));
}

function sorted(labels: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
}
