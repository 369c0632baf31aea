import type { ClientCount, CloudMeter, CloudRecord, Counting, LoggedInvocations } from '../../cloud-record.js';
import type { CostTerms } from '../../cost-terms.js';
import type { CloudRow, CloudSection, Report } from '../../report.js';
import type { Plan } from '../../run.js';
import type { Failure } from '../../sample.js';
import { meterTotals, type MeterTotals } from './cloud-totals.js';
import { costOfInstanceTime, costOfLog, type MeteredCost } from '../cost/metered-cost.js';
import { Moments } from '../histogram/moments.js';

type Sections = Omit<Report['sections'], 'cloud'>;

/** The run, as far as the meters are compared with it. */
export interface CloudContext {
  readonly plan: Plan;
  readonly cost: CostTerms;
}

/** Puts what the cloud counted beside what the client saw. Pure: the same record and sections give the same digits. */
export function reconcile(record: CloudRecord, sections: Sections, context: CloudContext): CloudSection {
  const totals = meterTotals(record.series);
  const rows = [
    ...countRows(record, totals, sections),
    ...timeRows(totals, sections),
    ...levelRows(totals, sections),
    ...logRows(record.logged, sections),
    ...costRows(record, totals, sections, context),
  ];
  return {
    source: record.source,
    subject: record.subject,
    window: record.window,
    readAt: record.reading.at,
    rows,
    missing: record.missing.map(({ what, reason }) => ({ what, reason })),
    notes: notesOf(record, sections),
  };
}

/** Whatever else came of them, the service ran these. */
const SURE: readonly Failure[] = ['function-error', 'bad-answer'];
/** How many requests the service must have counted. */
export function clientCount({ perhaps }: Counting, { outcomes }: Pick<Sections, 'outcomes'>): ClientCount {
  return {
    sure: outcomes.ok + failed(outcomes, SURE),
    perhaps: failed(outcomes, perhaps),
  };
}

function failed({ failures }: Sections['outcomes'], kinds: readonly Failure[]): number {
  return kinds.reduce((sum, kind) => sum + (failures[kind] ?? 0), 0);
}

function row(what: string, client: number | null, cloud: number | null, unit: string): CloudRow {
  return { what, client, cloud, difference: client === null || cloud === null ? null : cloud - client, unit };
}

/** Where neither side saw one there is no row. */
function countRows({ counting }: CloudRecord, totals: MeterTotals, sections: Sections): CloudRow[] {
  const { outcomes } = sections;
  const count = (meter: CloudMeter, what: string, client: number | null): CloudRow[] => {
    const cloud = totals.sum(meter);
    return cloud === null && (client ?? 0) === 0 ? [] : [row(what, client, cloud, 'requests')];
  };
  return [
    row('invocations', clientCount(counting, sections).sure, totals.sum('invocations'), 'requests'),
    ...count('errors', 'errors', failed(outcomes, counting.errors)),
    ...count('throttles', 'throttles', failed(outcomes, ['throttled'])),
    ...count('predictions', 'predictions', null).map((one) => ({ ...one, unit: 'predictions' })),
  ];
}

/** The client's time contains the way there and back. */
function timeRows(totals: MeterTotals, { latency, coldStarts }: Sections): CloudRow[] {
  const time = (meter: CloudMeter, what: string, client: number | null): CloudRow[] => {
    const cloud = totals.meanMs(meter);
    return cloud === null ? [] : [row(what, client, cloud, 'ms')];
  };
  const longest = totals.mostMs('duration');
  return [
    ...time('duration', 'mean time (client: service)', latency.service.meanMs),
    ...(longest === null ? [] : [row('longest time (client: service)', latency.service.maxMs, longest, 'ms')]),
    ...time('model', 'mean time of the model (client: service)', latency.service.meanMs),
    ...time('overhead', 'mean overhead of the service', null),
    ...time('init', 'mean start', coldStarts.meanMs),
  ];
}

function levelRows(totals: MeterTotals, { coldStarts }: Sections): CloudRow[] {
  const level = (value: number | null, what: string, client: number | null, unit: string): CloudRow[] =>
    value === null ? [] : [row(what, client, value, unit)];
  return [
    ...level(totals.most('concurrency'), 'most at the same time', null, 'requests'),
    ...level(totals.most('instances'), 'most instances', coldStarts.instancesSeen, 'instances'),
    ...level(totals.mean('cpu'), 'mean CPU utilisation', null, totals.unit('cpu')),
    ...level(totals.mean('memory'), 'mean memory utilisation', null, totals.unit('memory')),
  ];
}

function logRows(logged: LoggedInvocations | null, { outcomes, coldStarts }: Sections): CloudRow[] {
  if (logged === null) return [];
  const starts = logged.initMs.map((initMs, i) => initMs ?? logged.restoreMs[i] ?? null).filter((ms) => ms !== null);
  const known = coldStarts.known > 0;
  return [
    row('invocations in the log', outcomes.ok + failed(outcomes, SURE), logged.durationMs.length, 'requests'),
    row('cold starts in the log', known ? coldStarts.count : null, starts.length, 'requests'),
    ...(starts.length === 0 ? [] : [row('mean start in the log', coldStarts.meanMs, meanOf(starts), 'ms')]),
  ];
}

function costRows(
  record: CloudRecord,
  totals: MeterTotals,
  { cost }: Sections,
  { cost: terms, plan }: CloudContext,
): CloudRow[] {
  const metered = record.logged === null ? instanceTimeCost(totals, terms) : costOfLog(record.logged, terms, plan);
  const ours = (what: string): number | null =>
    sumOf(cost.items.filter((item) => item.what === what).map(({ quantity }) => quantity));
  return [
    ...instanceTimeRows(totals, terms, ours('processor time')),
    ...(metered === null ? [] : meteredRows(metered, cost, ours)),
  ];
}

/** The per-request bound beside what was measured. */
function instanceTimeRows(totals: MeterTotals, { billing }: CostTerms, vcpuSeconds: number | null): CloudRow[] {
  const seconds = totals.sum('billable');
  if (seconds === null) return [];
  const bound = billing?.model === 'cloud-run' && vcpuSeconds !== null ? vcpuSeconds / (billing.cpus ?? 1) : null;
  return [row('billable instance time (client: its bound)', bound, seconds, 'instance-seconds')];
}

function instanceTimeCost(totals: MeterTotals, terms: CostTerms): MeteredCost | null {
  const [seconds, requests] = [totals.sum('billable'), totals.sum('invocations')];
  return seconds === null || requests === null ? null : costOfInstanceTime(seconds, requests, terms);
}

function meteredRows(
  { quantities, total, currency }: MeteredCost,
  cost: Sections['cost'],
  ours: (what: string) => number | null,
): CloudRow[] {
  const own = cost.items.filter(({ what }) => quantities.some((quantity) => quantity.what === what));
  return [
    ...quantities.map(({ what, quantity, unit }) =>
      row(`billed ${what}`, ours(what), quantity, unit === 'request' ? 'requests' : `${unit}s`),
    ),
    row('cost', sumOf(own.map((item) => item.cost)), total, currency),
  ];
}

function meanOf(values: readonly number[]): number | null {
  const moments = new Moments();
  for (const value of values) moments.add(value);
  return moments.mean;
}

function sumOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
}

function notesOf({ counting, reading, logged }: CloudRecord, sections: Sections): string[] {
  const { sure, perhaps } = clientCount(counting, sections);
  const waited = `${String(Math.round(reading.waitedMs / 1000))} s`;
  const measured = logged !== null && perhaps === 0 && logged.durationMs.length === sure && isEstimated(sections);
  return [
    ...(reading.ended === 'steady' ? ['The counts had stopped growing, without being those of the client.'] : []),
    ...(reading.ended === 'time-over' || reading.ended === 'stopped'
      ? [`After ${waited} more may still have been on its way; replay report RUN --collect cloud reads again.`]
      : []),
    ...(perhaps === 0 ? [] : [perhapsNote(counting, sections, perhaps)]),
    ...(measured
      ? ['The cloud\u2019s cost is measured, each invocation by its own report; the client\u2019s is an estimate.']
      : []),
  ];
}

function perhapsNote(counting: Counting, { outcomes }: Sections, perhaps: number): string {
  const kinds = counting.perhaps.filter((kind) => (outcomes.failures[kind] ?? 0) > 0);
  const list = kinds.map((kind) => `${kind} ${String(outcomes.failures[kind])}`).join(', ');
  return `Of the requests that failed, the cloud may have counted ${String(perhaps)} more than stand beside it (${list}).`;
}

function isEstimated({ cost }: Sections): boolean {
  return cost.items.some(({ estimated }) => estimated);
}
