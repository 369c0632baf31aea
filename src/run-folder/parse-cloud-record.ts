import {
  CLOUD_METERS,
  CLOUD_STATISTICS,
  READING_ENDS,
  type CloudGap,
  type CloudRecord,
  type CloudSeries,
  COUNTED_PERHAPS,
  type Counting,
  type LoggedInvocations,
} from '../cloud-record.js';
import { printable } from '../errors.js';
import { type Fields, fields, list } from '../fields.js';
import { type Failure, FAILURES } from '../sample.js';

/** `cloud.json`, checked. Throws an Error that says what is wrong. */
export function parseCloudRecord(raw: unknown): CloudRecord {
  const { format, source, counting, subject, window, reading, series, logged, missing } = fields(raw, 'it');
  if (format !== 1) throw new Error('it is not of format 1');
  const { from, to } = fields(window, 'window');
  const { at, times, waitedMs, ended } = fields(reading, 'reading');
  return {
    format: 1,
    source: text(source, 'source'),
    counting: counting === undefined ? countingBefore(source) : countingOf(fields(counting, 'counting')),
    subject: text(subject, 'subject'),
    window: { from: text(from, 'window'), to: text(to, 'window') },
    reading: {
      at: text(at, 'reading'),
      times: amount(times, 'times'),
      waitedMs: amount(waitedMs, 'waitedMs'),
      ended: oneOf(ended, READING_ENDS, 'ended'),
    },
    series: list(series, 'series').map(seriesOf),
    logged: logged === null ? null : loggedOf(fields(logged, 'logged')),
    missing: list(missing, 'missing').map(gapOf),
  };
}

function countingOf({ errors, perhaps }: Fields): Counting {
  const failures = (value: unknown, what: string): readonly Failure[] =>
    list(value, what).map((one) => oneOf(one, FAILURES, what));
  return { errors: failures(errors, 'errors'), perhaps: failures(perhaps, 'perhaps') };
}

/** Of the two sources that there were before a record said it. */
function countingBefore(source: unknown): Counting {
  if (oneOf(source, ['cloudwatch', 'cloud-monitoring'], 'source') === 'cloudwatch')
    return { errors: ['function-error'], perhaps: COUNTED_PERHAPS };
  return { errors: ['function-error', 'server-error'], perhaps: [...COUNTED_PERHAPS, 'rejected', 'throttled'] };
}

function seriesOf(raw: unknown): CloudSeries {
  const { meter, statistic, name, unit, labels, points } = fields(raw, 'a series');
  return {
    meter: oneOf(meter, CLOUD_METERS, 'meter'),
    statistic: oneOf(statistic, CLOUD_STATISTICS, 'statistic'),
    name: text(name, 'name'),
    unit: text(unit, 'unit'),
    labels: Object.fromEntries(Object.entries(fields(labels, 'labels')).map(([key, value]) => [key, text(value, key)])),
    points: list(points, 'points').map((point) => {
      const [atMs, value] = list(point, 'a point');
      return [amount(atMs, 'a point'), amount(value, 'a point')] as const;
    }),
  };
}

function loggedOf(raw: Fields): LoggedInvocations {
  const rows = list(raw['durationMs'], 'durationMs').length;
  const column = (name: string): (number | null)[] => {
    const values = list(raw[name], name);
    if (values.length !== rows) throw new Error('its columns are not of one length');
    return values.map((value) => (value === null ? null : amount(value, name)));
  };
  return {
    group: text(raw['group'], 'group'),
    durationMs: column('durationMs'),
    billedMs: column('billedMs'),
    initMs: column('initMs'),
    restoreMs: column('restoreMs'),
    memoryMb: column('memoryMb'),
  };
}

function gapOf(raw: unknown): CloudGap {
  const { what, reason, failed } = fields(raw, 'a gap');
  return { what: text(what, 'what'), reason: text(reason, 'reason'), failed: failed === true };
}

function text(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new Error(`${what} is no text`);
  return printable(value, 400);
}

function amount(value: unknown, what: string): number {
  if (typeof value !== 'number' || !(value >= 0 && value < Infinity)) throw new Error(`${what} is no amount`);
  return value;
}

function oneOf<T extends string>(value: unknown, known: readonly T[], what: string): T {
  const found = known.find((one) => one === value);
  if (found === undefined) throw new Error(`${what} is none of ${known.join(', ')}`);
  return found;
}
