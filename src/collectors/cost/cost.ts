import { counted } from '../../text/counted.js';
import { LATEST_PRICES, type Billing, type CostTerms, type PriceRow, type PriceSheet } from '../../cost-terms.js';
import { printable } from '../../errors.js';
import type { Measure, Moment } from '../../metric.js';
import type { FoldedSoFar } from '../../progress.js';
import type { CostSection, TimelineSecond } from '../../report.js';
import type { Plan, RunEnd } from '../../run.js';
import { leadsInvocation, type SampleBlock } from '../../sample.js';
import { undisturbedEnd } from '../../undisturbed-end.js';
import { capacitySteps, integrate, kindSteps, spreadOver, toldKinds, type CapacityStep } from '../capacity.js';
import type { Collector, CollectorContext } from '../collector.js';
import type { CostMetric } from './metrics.js';
import { countInvocations, type InvocationCounts } from './invocation-counts.js';
import { price, type Quantity } from './price.js';
import { askedMachineRows, machineRows, sheetOf } from './price-sheets.js';
import { isRequestModel, tariffOf } from './tariff.js';

/** Also gives each second of the timeline its cost. */
export interface CostCollector extends Collector<CostSection> {
  /** The most that the run can have cost so far, when so many invocations have been sent; or why nobody knows. */
  atMost(nowMs: number, sent: number): number | string;
  measure(metric: CostMetric, moment: Moment): Measure;
  /** What is expected to have been billed until now; null: that is not known while sending. */
  soFar(nowMs: number): FoldedSoFar['cost'];
  ofSeconds<Second extends Pick<TimelineSecond, 'second'>>(
    seconds: readonly Second[],
    end: RunEnd,
  ): readonly (Second & Pick<TimelineSecond, 'cost'>)[];
}

/**
 * What the run cost: per-request quantities + items once per run + capacity over time, each times its price. A pure fold:
 * the same samples, end and terms give the same digits. Throws `UserError` when a machine that was named has no price.
 */
export function createCost({ plan, cost: terms = NO_TERMS }: CollectorContext): CostCollector {
  const sheet = sheetOf(terms.prices);
  const machine = machineSource(terms, sheet, plan);
  const service = serviceSource(terms.billing, sheet, plan, machine !== undefined);
  const seen: Seen = { rows: 0, invocations: 0, ok: 0, firstDueMs: Infinity, lastDoneMs: -Infinity };
  const sources = machine === undefined ? [service] : [service, machine];
  const sectionAt = (end: RunEnd): CostSection =>
    sectionOf(
      sheet,
      plan,
      seen,
      end,
      sources.map((source) => source.charge(seen, end)),
    );
  // A machine costs whatever has passed so far, not the length of the trace.
  const passing = machineSource(terms, sheet, { ...plan, durationMs: 0 });
  return {
    measure({ of }, moment) {
      const end = 'end' in moment ? moment.end : undisturbedEnd(moment.nowMs);
      const section = sectionAt(end);
      const value = section[of];
      return value === null ? { value, why: section.reason ?? NOT_PRICED[of] ?? 'it is unknown' } : { value };
    },
    add(block) {
      look(seen, block);
      service.counts?.add(block);
    },
    atMost(nowMs, sent) {
      const underWay = Math.max(0, sent - seen.invocations);
      const charges = sources.map((source) => source.charge(seen, goingOn(nowMs), underWay));
      const reason = charges.find((charge) => charge.reason !== null)?.reason;
      return reason ?? price(charges.flatMap(({ quantities }) => quantities)).high;
    },
    soFar(nowMs) {
      const end = goingOn(Math.max(0, nowMs));
      const charges = [service, ...(passing === undefined ? [] : [passing])].map((source) => source.charge(seen, end));
      if (charges.some(({ reason }) => reason !== null)) return null;
      return { amount: price(charges.flatMap(({ quantities }) => quantities)).total, currency: sheet.currency };
    },
    finish: sectionAt,
    ofSeconds(seconds, end) {
      const perSecond = new Float64Array(seconds.length);
      const known = sources.every((source) => source.charge(seen, end).reason === null);
      if (known) for (const source of sources) source.spread(perSecond, seen, end);
      return seconds.map((second, i) => ({ ...second, cost: known ? (perSecond[i] as number) : null }));
    },
  };
}

/** Why a bill that is known has not this number. */
const NOT_PRICED: Readonly<Partial<Record<CostMetric['of'], string>>> = {
  perMillionRequests: 'no request has a sample',
  perMillionSuccesses: 'no request succeeded',
  scaleInTail: 'the service is not paid by the hour',
};

const NO_TERMS: CostTerms = { billing: null, prices: LATEST_PRICES, machine: null };
const MS_PER_HOUR = 3_600_000;

function goingOn(nowMs: number): RunEnd {
  return { ...undisturbedEnd(nowMs), complete: false };
}

/** What the fold itself remembers. */
interface Seen {
  rows: number;
  invocations: number;
  ok: number;
  firstDueMs: number;
  lastDoneMs: number;
}

function look(seen: Seen, block: SampleBlock): void {
  const { rows, outcome, dueMs, doneMs } = block;
  seen.rows += rows;
  seen.invocations += invocationsIn(block);
  for (let i = 0; i < rows; i++) {
    if (outcome[i] === 0) seen.ok++;
    if ((dueMs[i] as number) < seen.firstDueMs) seen.firstDueMs = dueMs[i] as number;
    if ((doneMs[i] as number) > seen.lastDoneMs) seen.lastDoneMs = doneMs[i] as number;
  }
}

function invocationsIn(block: SampleBlock): number {
  if (block.invocation === undefined) return block.rows;
  let invocations = 0;
  for (let i = 0; i < block.rows; i++) if (leadsInvocation(block, i)) invocations++;
  return invocations;
}

/** Something that sends a bill. */
interface Source {
  readonly counts?: InvocationCounts;
  /** `underWay`: invocations sent that have no sample yet. */
  charge(seen: Seen, end: RunEnd, underWay?: number): Charge;
  /** Adds the expected cost of each second; only called where the charge has no reason to be unknown. */
  spread(perSecond: Float64Array, seen: Seen, end: RunEnd): void;
}

interface Charge {
  readonly quantities: readonly Quantity[];
  /** Why the bill is unknown. */
  readonly reason: string | null;
  readonly notes: readonly string[];
  readonly excluded: readonly string[];
  /** Parts of `quantities`. */
  readonly coldStarts: readonly Quantity[];
  /** Beyond `quantities`. */
  readonly tail?: readonly Quantity[];
}

const NOTHING: Charge = { quantities: [], reason: null, notes: [], excluded: [], coldStarts: [] };

function unknown(reason: string): Source {
  return { charge: () => ({ ...NOTHING, reason }), spread: () => undefined };
}

function serviceSource(billing: Billing | null, sheet: PriceSheet, plan: Plan, hasMachine: boolean): Source {
  if (billing === null || billing.model === 'none')
    return hasMachine
      ? { charge: () => NOTHING, spread: () => undefined }
      : unknown('the backend has no prices of its own; name the machine that serves it with --machine');
  if (billing.model === 'hourly') return endpointSource(billing, sheet);
  const { model } = billing;
  if (!isRequestModel(model)) return unknown(`the billing of ${printable(String(model), 60)} is unknown`);
  const tariff = tariffOf({ ...billing, model }, sheet);
  if (!('meters' in tariff)) return unknown(tariff.join('; '));
  const counts = countInvocations(tariff, plan);
  return {
    counts,
    charge: (_seen, end, underWay = 0) => ({
      quantities: counts.quantities(underWay),
      coldStarts: counts.coldStarts(),
      reason: counts.reason(underWay),
      notes: [
        ...tariff.notes,
        ...(model === 'lambda' && hasProvisioned(end) ? [PROVISIONED] : []),
        ...rowNotes(tariff.meters.map(({ row }) => row)),
      ],
      excluded: EXCLUDED[model],
    }),
    spread: (perSecond) => {
      counts.spread(perSecond);
    },
  };
}

const PROVISIONED =
  'Provisioned concurrency was allocated: it costs by the hour, and its invocations have a lower price. Neither is in this bill, which prices every invocation on demand.';

function hasProvisioned({ capacity = [] }: RunEnd): boolean {
  return toldKinds(capacity).some((kind) => kind.startsWith('provisioned-concurrency:'));
}

/** Every provisioned instance by the hour, over [first due, last done]; what comes after is the tail. */
function endpointSource(billing: Billing, sheet: PriceSheet): Source {
  const billedOf = hourlyRows(billing, sheet);
  if (typeof billedOf === 'string') return unknown(billedOf);
  return {
    charge(seen, end) {
      const [fromMs, toMs] = span(seen);
      const billed = billedOf(end);
      if (typeof billed === 'string') return { ...NOTHING, reason: billed, excluded: EXCLUDED.hourly };
      const lastMs = Math.max(toMs, ...billed.map(({ steps }) => steps.at(-1)?.atMs ?? 0));
      return {
        quantities: billed.map((one) => instanceHours(one, fromMs, toMs, 'instances')),
        tail: billed.map((one) => instanceHours(one, toMs, lastMs, 'scale-in tail')),
        coldStarts: [],
        reason: null,
        notes: [...failedNotes(end), ...rowNotes(billed.map(({ row }) => row))],
        excluded: EXCLUDED.hourly,
      };
    },
    spread(perSecond, seen, end) {
      const [fromMs, toMs] = span(seen);
      const billed = billedOf(end);
      if (typeof billed === 'string') return;
      for (const { row, steps } of billed) spreadOver(perSecond, steps, fromMs, toMs, row.price / MS_PER_HOUR);
    },
  };
}

/** Something with a price by the hour, and how many of it there were. */
interface HourlyRow {
  readonly row: PriceRow;
  readonly steps: readonly CapacityStep[];
}

/** Of the machine that the user names, else of each kind that the probe tells; or why nobody knows. */
function hourlyRows(
  { machine, machinePrefix, region }: Billing,
  sheet: PriceSheet,
): ((end: RunEnd) => readonly HourlyRow[] | string) | string {
  if (machine === undefined && machinePrefix === undefined)
    return 'the backend does not say which machine an instance is';
  if (machine === undefined) return (end) => toldRows(String(machinePrefix), region, sheet, end);
  const rows = machineRows(sheet, machine, region);
  if (typeof rows === 'string') return rows;
  return (end) => {
    const steps = capacitySteps(end.capacity ?? []);
    return steps.length === 0 ? noReading(end) : rows.map((row) => ({ row, steps }));
  };
}

function toldRows(
  prefix: string,
  region: string | undefined,
  sheet: PriceSheet,
  end: RunEnd,
): readonly HourlyRow[] | string {
  const { capacity = [] } = end;
  if (capacitySteps(capacity).length === 0) return noReading(end);
  const told = toldKinds(capacity).map((kind) => ({ kind, rows: machineRows(sheet, `${prefix}:${kind}`, region) }));
  const missing = told.find(({ rows }) => typeof rows === 'string')?.rows;
  if (typeof missing === 'string') return missing;
  return told.flatMap(({ kind, rows }) =>
    (rows as readonly PriceRow[]).map((row) => ({ row, steps: kindSteps(capacity, kind) })),
  );
}

/** From the first due to the last done; nothing where there is no sample. */
function span({ rows, firstDueMs, lastDoneMs }: Seen): readonly [fromMs: number, toMs: number] {
  return rows === 0 ? [0, 0] : [firstDueMs, lastDoneMs];
}

function instanceHours({ row, steps }: HourlyRow, fromMs: number, toMs: number, what: string): Quantity {
  const { low, expected, high } = integrate(steps, fromMs, toMs);
  const hours = { low: low / MS_PER_HOUR, expected: expected / MS_PER_HOUR, high: high / MS_PER_HOUR };
  return { what: `${row.id}, ${what}`, row, ...hours };
}

function noReading({ capacity = [] }: RunEnd): string {
  const failed = capacity.find((reading) => 'failed' in reading);
  const why = failed === undefined ? 'the backend did not tell' : printable(failed.failed, 200);
  return `the number of instances is unknown: ${why}`;
}

function failedNotes({ capacity = [] }: RunEnd): string[] {
  const failed = capacity.filter((reading) => 'failed' in reading).length;
  if (failed === 0) return [];
  return [`${String(failed)} of ${String(capacity.length)} readings of the capacity failed; the one before holds on.`];
}

/** A machine of the user's own: for as long as the trace or the run lasts, whichever is longer. */
function machineSource({ machine }: CostTerms, sheet: PriceSheet, plan: Plan): Source | undefined {
  if (machine === null) return undefined;
  const rows = askedMachineRows(sheet, machine.name);
  const { count } = machine;
  const lengthMs = ({ endedMs }: RunEnd): number => Math.max(plan.durationMs, endedMs);
  return {
    charge: (_seen, end) => ({
      ...NOTHING,
      quantities: rows.flatMap((row) => machineHours(row, count, lengthMs(end))),
      notes: rowNotes(rows),
      excluded: EXCLUDED.machine,
    }),
    spread(perSecond, _seen, end) {
      const steps = [{ atMs: 0, count }];
      for (const row of rows) spreadOver(perSecond, steps, 0, lengthMs(end), row.price / MS_PER_HOUR);
    },
  };
}

function machineHours(row: PriceRow, count: number, lengthMs: number): Quantity[] {
  const missingMs = Math.max(0, (row.minimumMs ?? 0) - lengthMs);
  const line = (what: string, ms: number): Quantity => {
    const hours = (count * ms) / MS_PER_HOUR;
    return { what, row, low: hours, expected: hours, high: hours };
  };
  const minimum = `${row.id}, up to the least time that is billed`;
  return [line(row.id, lengthMs), ...(missingMs > 0 ? [line(minimum, missingMs)] : [])];
}

function rowNotes(rows: readonly PriceRow[]): string[] {
  return rows
    .filter(({ unverified }) => unverified === true)
    .map(({ id, source }) => `The price of ${id} is unverified (${source}).`);
}

function sectionOf(
  sheet: PriceSheet,
  plan: Plan,
  { rows, ok }: Seen,
  { complete }: RunEnd,
  charges: readonly Charge[],
): CostSection {
  const bill = price(charges.flatMap(({ quantities }) => quantities));
  const reasons = charges.flatMap(({ reason }) => (reason === null ? [] : [reason]));
  const ifKnown = (value: number): number | null => (reasons.length === 0 ? value : null);
  const perMillion = (n: number): number | null => (n === 0 ? null : ifKnown((bill.total / n) * 1e6));
  const tails = charges.flatMap(({ tail }) => (tail === undefined ? [] : [tail]));
  const lost = complete ? 0 : plan.planned - rows;
  return {
    currency: sheet.currency,
    total: ifKnown(bill.total),
    low: ifKnown(bill.low),
    high: ifKnown(bill.high),
    perMillionRequests: perMillion(rows),
    perMillionSuccesses: perMillion(ok),
    items: bill.items,
    coldStarts: ifKnown(price(charges.flatMap(({ coldStarts }) => coldStarts)).total),
    scaleInTail: tails.length === 0 ? null : price(tails.flat()).total,
    sheet: sheet.name,
    reason: reasons.length === 0 ? null : reasons.join('; '),
    notes: [...new Set(charges.flatMap(({ notes }) => notes))],
    excluded: [
      ...new Set(charges.flatMap(({ excluded }) => excluded)),
      ...(lost > 0 ? [`${counted(lost, 'request')} without a sample`] : []),
    ],
  };
}

const EXCLUDED = {
  lambda: [
    'free tier',
    'data transfer',
    'public addresses',
    'ephemeral storage above 512 MB',
    'provisioned concurrency',
    'the SnapStart cache and its fee per restored GB',
    'logs',
  ],
  'cloud-functions-gen1': ['free tier', 'egress', 'minimum instances', 'builds and images', 'logs'],
  'cloud-run': ['free tier', 'egress', 'minimum instances', 'idle instances', 'builds and images', 'logs'],
  'sagemaker-serverless': ['free tier', 'per-GB data', 'provisioned concurrency', 'logs'],
  hourly: ['free tier', 'per-GB data', 'data transfer', 'disks', 'logs', 'scale-in after the run'],
  machine: ['egress', 'public addresses', 'disks', 'time before and after the run', 'discounts'],
} as const;
